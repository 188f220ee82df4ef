package main

import (
	"encoding/json"
	"os"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// What came of one spec; its state is one of Ginkgo's words: passed, failed, skipped, timedout and so on.
type result struct {
	Spec    string  `json:"spec"`
	State   string  `json:"state"`
	Seconds float64 `json:"seconds"`
	Message string  `json:"message,omitempty"`
}

func writeReport(all ginkgo.Report) {
	if *report == "" {
		return
	}
	results := []result{}
	for _, it := range all.SpecReports {
		if it.LeafNodeType == types.NodeTypeIt {
			results = append(results, resultOf(it))
		}
	}
	text, err := json.MarshalIndent(results, "", "  ")
	if err == nil {
		err = os.WriteFile(*report, text, 0o600)
	}
	if err != nil {
		panic(err)
	}
}

func resultOf(it ginkgo.SpecReport) result {
	return result{it.LeafNodeText, it.State.String(), it.RunTime.Seconds(), it.Failure.Message}
}
