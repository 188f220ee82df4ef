// Command template answers render requests with the template engine of External Secrets Operator: one JSON request a
// line on stdin, one JSON answer a line on stdout, in the same order. See request.go for their fields.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"
	"time"

	// ESO's image has the time zones of the system; so has this program on every machine.
	_ "time/tzdata"
)

func main() {
	time.Local = time.UTC
	answers := newAnswers(os.Stdout)
	watch := newWatchdog(answers)
	requests := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := requests.ReadBytes('\n')
		if len(line) > 1 {
			handle(line, watch, answers)
		}
		if err != nil {
			break
		}
	}
}

func handle(line []byte, watch *watchdog, answers *answers) {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		log.Fatalf("not a request: %v", err)
	}
	watch.begin(asked.ID, time.Duration(asked.LimitMs)*time.Millisecond)
	given := answerTo(asked)
	if watch.end() {
		answers.write(given)
	}
}
