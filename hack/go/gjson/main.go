// Answers, one JSON line for each line asked, what gjson finds at a path: the other side of the differential test of
// src/json. Asked: {"json": text, "path": path}. Answered: {"exists": bool, "text": what Result.String gives}.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/tidwall/gjson"
)

type question struct {
	JSON string `json:"json"`
	Path string `json:"path"`
}

type answer struct {
	Exists bool   `json:"exists"`
	Text   []byte `json:"text"`
	Panic  bool   `json:"panic,omitempty"`
}

func ask(q question) (a answer) {
	defer func() {
		if recover() != nil {
			a = answer{Panic: true}
		}
	}()
	found := gjson.Get(q.JSON, q.Path)
	return answer{Exists: found.Exists(), Text: []byte(found.String())}
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	for {
		var q question
		if in.Decode(&q) != nil {
			return
		}
		if err := json.NewEncoder(out).Encode(ask(q)); err != nil {
			os.Exit(1)
		}
		if out.Flush() != nil {
			os.Exit(1)
		}
	}
}
