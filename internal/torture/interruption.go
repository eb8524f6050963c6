package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// interruption is a way in which a run is interrupted.
type interruption string

const (
	ctrlC         interruption = "Ctrl-C"           // SIGINT to Terraform and its provider, as a terminal sends it
	killTerraform interruption = "kill Terraform"   // SIGKILL
	killProvider  interruption = "kill provider"    // SIGKILL
	killPortal    interruption = "restarted portal" // SIGKILL, and a start on the same database
)

func interruptions() []interruption {
	return []interruption{ctrlC, killTerraform, killProvider, killPortal}
}

// survivable is 1 for what an apply may live through, which leaves nothing to be interrupted after it, and 0 for the
// others.
func survivable(how interruption) int {
	if how == killPortal {
		return 1
	}
	return 0
}

// moment is when a run is interrupted: at a request that writes, counted from 1, before the portal sees it or before
// anybody hears that it did it.
type moment struct {
	write int
	done  bool
}

// interrupt applies, and interrupts that at a moment. If the apply needs fewer writes, it just ends.
func (b *bench) interrupt(ctx context.Context, version int, how interruption, at moment, r *result) error {
	var mu sync.Mutex
	var terraform *os.Process
	var failure error
	writes := 0
	isNow := func(request *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		r.requests++
		if request.Method == http.MethodGet {
			return false
		}
		writes++
		return writes == at.write
	}
	strike := func() {
		mu.Lock()
		defer mu.Unlock()
		failure = b.strike(ctx, how, terraform.Pid)
		r.injected[string(how)]++
	}
	b.proxy.Put(func(portal http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			if !isNow(request) {
				portal.ServeHTTP(w, request)
				return
			}
			if !at.done {
				strike()
				portal.ServeHTTP(w, request)
				return
			}
			portal.ServeHTTP(httptest.NewRecorder(), request)
			strike()
			panic(http.ErrAbortHandler) // whoever was to hear of it, or to say it, is gone
		})
	})
	apply, err := b.apply(ctx, version, func(process *os.Process) {
		mu.Lock()
		defer mu.Unlock()
		terraform = process
	})
	b.proxy.Put(nil)
	if err != nil {
		return err
	}
	r.applies++
	r.hear(apply)
	mu.Lock()
	defer mu.Unlock()
	return errors.Join(failure, b.mendState(r))
}

// strike interrupts a run.
func (b *bench) strike(ctx context.Context, how interruption, terraform int) error {
	switch how {
	case ctrlC:
		return syscall.Kill(-terraform, syscall.SIGINT)
	case killTerraform:
		return syscall.Kill(terraform, syscall.SIGKILL)
	case killProvider:
		children, err := childrenOf(terraform)
		for _, child := range children {
			err = errors.Join(err, syscall.Kill(child, syscall.SIGKILL))
		}
		return err
	default:
		return b.restart(ctx)
	}
}

// mendState does what a person does when a killed Terraform has left half a state behind: it puts the one before in its
// place. What the run had made by then is in no state.
func (b *bench) mendState(r *result) error {
	text, err := os.ReadFile(b.path("terraform.tfstate"))
	if errors.Is(err, fs.ErrNotExist) || err == nil && json.Valid(text) {
		return nil
	}
	if err != nil {
		return err
	}
	r.injected["half a state"]++
	err = os.Rename(b.path("terraform.tfstate.backup"), b.path("terraform.tfstate"))
	if errors.Is(err, fs.ErrNotExist) {
		return os.Remove(b.path("terraform.tfstate")) // it was the first run
	}
	return err
}

// childrenOf are the processes that a process has started, as Linux lists them.
func childrenOf(pid int) (children []int, err error) {
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil || len(lists) == 0 {
		return nil, fmt.Errorf("nothing in /proc says which processes %d has started; this needs Linux: %w", pid, err)
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a thread that has ended
		}
		if err != nil {
			return nil, err
		}
		for word := range strings.FieldsSeq(string(text)) {
			child, err := strconv.Atoi(word)
			if err != nil {
				return nil, err
			}
			children = append(children, child)
		}
	}
	return children, nil
}

// leftOver are the processes that work in the bench's folder, the portal aside.
func (b *bench) leftOver() (pids []int, err error) {
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		return nil, err
	}
	for _, link := range links {
		if dir, err := os.Readlink(link); err != nil || dir != b.dir {
			continue // one that is somebody else's, or has ended
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		if err != nil {
			return nil, err
		}
		if pid != b.portal.PID() {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}
