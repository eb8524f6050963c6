package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Terraform starts a provider several times in one command and tells nobody what it cost. So what it starts here is
// this program under the provider's name, which runs the provider and writes down what the operating system says of it.
const (
	pluginName     = "terraform-provider-switchboard"
	meteredProgram = "SWITCHBOARD_BENCH_PROVIDER"
	meterFile      = "SWITCHBOARD_BENCH_METER"
)

// usage is what a process has cost, or several.
type usage struct {
	CPU    time.Duration
	Memory int64 // the most at one time, in bytes
}

func (u usage) and(other usage) usage {
	return usage{CPU: u.CPU + other.CPU, Memory: max(u.Memory, other.Memory)}
}

func usageOf(state *os.ProcessState) usage {
	used := usage{CPU: state.UserTime() + state.SystemTime()}
	if system, ok := state.SysUsage().(*syscall.Rusage); ok {
		used.Memory = int64(system.Maxrss) * maxrssUnit //nolint:unconvert // on some systems it is an int32
	}
	return used
}

// meterOf returns what to do instead of measuring, for a program that was started as the provider.
func meterOf(program string) func(args []string) (exitCode int) {
	if !strings.HasPrefix(filepath.Base(program), pluginName) {
		return nil
	}
	return func(args []string) int {
		signal.Ignore(os.Interrupt) // the provider ends when Terraform says so, as without a meter
		command := exec.Command(os.Getenv(meteredProgram), args...)
		command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
		err := command.Run()
		if command.ProcessState == nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		if err := write(os.Getenv(meterFile), usageOf(command.ProcessState)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return command.ProcessState.ExitCode()
	}
}

func write(file string, used usage) (err error) {
	to, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	return json.NewEncoder(to).Encode(used)
}

// readMeter returns what all processes of the provider together have cost, and forgets it.
func readMeter(file string) (usage, error) {
	from, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return usage{}, nil // a configuration without the provider
	}
	if err != nil {
		return usage{}, err
	}
	defer from.Close() //nolint:errcheck // it was only read
	var total usage
	for decoder := json.NewDecoder(from); decoder.More(); {
		var one usage
		if err := decoder.Decode(&one); err != nil {
			return usage{}, err
		}
		total = total.and(one)
	}
	return total, os.Remove(file)
}
