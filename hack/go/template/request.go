package main

import (
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"sync"

	template "github.com/external-secrets/external-secrets/pkg/template/v2"
)

// request asks for one thing; bytes travel as base64.
type request struct {
	ID int `json:"id"`
	// Kind is render (also when empty), execute, functions or bench.
	Kind string `json:"kind"`

	Template []byte            `json:"template"`
	Data     map[string][]byte `json:"data"`
	// Delimiters are {{ and }} when empty.
	Left  string `json:"left"`
	Right string `json:"right"`

	// Templates, Scope and Target are for execute: what an ExternalSecret's templateFrom gives.
	Templates map[string][]byte `json:"templates"`
	Scope     string            `json:"scope"`
	Target    string            `json:"target"`

	// Cases, Rounds and ParseOnce are for bench: every case is parsed and rendered that many times; with ParseOnce it
	// is parsed before the time begins.
	Cases     []benchCase `json:"cases"`
	Rounds    int         `json:"rounds"`
	ParseOnce bool        `json:"parseOnce"`

	// LimitMs is the time the request may take; 0 means two seconds.
	LimitMs int `json:"limitMs"`
}

type benchCase struct {
	Template []byte            `json:"template"`
	Data     map[string][]byte `json:"data"`
}

// answer holds Error or what the request's kind gives. Limit names what ran out: time, memory or output; what the
// template would have given is then not known. After time or memory the program ends.
type answer struct {
	ID        int             `json:"id"`
	Error     string          `json:"error,omitempty"`
	Limit     string          `json:"limit,omitempty"`
	Output    *[]byte         `json:"output,omitempty"`
	Secret    *renderedSecret `json:"secret,omitempty"`
	Functions []string        `json:"functions,omitempty"`
	Nanos     int64           `json:"nanos,omitempty"`
	Bytes     int64           `json:"bytes,omitempty"`
}

func answerTo(asked request) (given answer) {
	defer func() {
		if cause := recover(); cause != nil {
			given = answer{Error: fmt.Sprintf("panic: %v", cause)}
		}
		given.ID = asked.ID
	}()
	switch asked.Kind {
	case "", "render":
		return renderOne(asked)
	case "execute":
		return execute(asked)
	case "functions":
		return answer{Functions: functionNames()}
	case "bench":
		return bench(asked)
	}
	return answer{Error: "unknown kind of request"}
}

func functionNames() []string {
	names := []string{}
	for name := range template.FuncMap() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// answers writes whole lines, from whichever goroutine.
type answers struct {
	mutex   sync.Mutex
	encoder *json.Encoder
}

func newAnswers(to io.Writer) *answers {
	return &answers{encoder: json.NewEncoder(to)}
}

func (a *answers) write(given answer) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	// A reader that has gone ends the program by a signal; there is no one to tell.
	_ = a.encoder.Encode(given)
}
