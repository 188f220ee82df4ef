package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"syscall"
	"time"
)

const (
	memoryLimit   = 1 << 30
	addressLimit  = 12 << 30
	defaultLimit  = 2 * time.Second
	watchInterval = 5 * time.Millisecond
)

// watchdog ends the program when a request takes too long or too much memory, for Go has no other way to stop it. The
// one who asked starts the program anew.
type watchdog struct {
	mutex    sync.Mutex
	answers  *answers
	id       int
	deadline time.Time
	busy     bool
}

func newWatchdog(answers *answers) *watchdog {
	debug.SetMemoryLimit(memoryLimit / 2)
	// One allocation of many gigabytes is refused by the system, before the watchdog would see it.
	_ = syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: addressLimit, Max: addressLimit})
	watch := &watchdog{answers: answers}
	go watch.run()
	return watch
}

func (w *watchdog) begin(id int, limit time.Duration) {
	if limit == 0 {
		limit = defaultLimit
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.id, w.deadline, w.busy = id, time.Now().Add(limit), true
}

// end says whether the request may still be answered.
func (w *watchdog) end() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	was := w.busy
	w.busy = false
	return was
}

func (w *watchdog) run() {
	for range time.Tick(watchInterval) {
		w.mutex.Lock()
		if w.busy {
			w.check()
		}
		w.mutex.Unlock()
	}
}

func (w *watchdog) check() {
	limit := ""
	if time.Now().After(w.deadline) {
		limit = "time"
	} else if memoryInUse() > memoryLimit {
		limit = "memory"
	}
	if limit == "" {
		return
	}
	w.answers.write(answer{ID: w.id, Limit: limit})
	os.Exit(3)
}

func memoryInUse() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
