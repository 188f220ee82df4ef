package main

import (
	"bytes"
	"errors"
	texttemplate "text/template"
	"time"

	template "github.com/external-secrets/external-secrets/pkg/template/v2"
)

// More than any Secret holds, so that a limit of the engine under test is met first.
const outputLimit = 4 << 20

var errOutput = errors.New("the output is too long")

func renderOne(asked request) answer {
	output, err := render(asked.Template, asked.Data, asked.Left, asked.Right)
	if errors.Is(err, errOutput) {
		return answer{Limit: "output"}
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Output: &output}
}

// render does what ESO does with one value of template.data.
func render(text []byte, data map[string][]byte, left, right string) ([]byte, error) {
	parsed, err := parse(text, left, right)
	if err != nil {
		return nil, err
	}
	return run(parsed, data)
}

func parse(text []byte, left, right string) (*texttemplate.Template, error) {
	return texttemplate.New("t").
		Option("missingkey=error").
		Funcs(template.FuncMap()).
		Delims(left, right).
		Parse(string(text))
}

func run(parsed *texttemplate.Template, data map[string][]byte) ([]byte, error) {
	var output limitedBuffer
	if err := parsed.Execute(&output, stringsOf(data)); err != nil {
		return nil, err
	}
	return append([]byte{}, output.Bytes()...), nil
}

func stringsOf(data map[string][]byte) map[string]string {
	values := make(map[string]string, len(data))
	for key, value := range data {
		values[key] = string(value)
	}
	return values
}

type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(part []byte) (int, error) {
	if b.Len()+len(part) > outputLimit {
		return 0, errOutput
	}
	return b.Buffer.Write(part)
}

func bench(asked request) answer {
	ready, err := parseAll(asked.Cases)
	if err != nil {
		return answer{Error: err.Error()}
	}
	var bytesMade int64
	started := time.Now()
	for round := 0; round < asked.Rounds; round++ {
		if !asked.ParseOnce {
			ready, _ = parseAll(asked.Cases)
		}
		for index, one := range asked.Cases {
			output, err := run(ready[index], one.Data)
			if err != nil {
				return answer{Error: err.Error()}
			}
			bytesMade += int64(len(output))
		}
	}
	return answer{Nanos: time.Since(started).Nanoseconds(), Bytes: bytesMade}
}

func parseAll(cases []benchCase) ([]*texttemplate.Template, error) {
	all := make([]*texttemplate.Template, 0, len(cases))
	for _, one := range cases {
		parsed, err := parse(one.Template, "", "")
		if err != nil {
			return nil, err
		}
		all = append(all, parsed)
	}
	return all, nil
}
