package portaltest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
)

// Process is a portal that the built program serves, in a process of its own, on a free port of this machine.
type Process struct {
	command *exec.Cmd
	stderr  io.ReadCloser
	log     io.Writer
	wait    func() error
}

var listening = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// Launch starts the program in a folder that has organization.yaml and pwned.txt, and does not wait for it. flags are
// the others of portal serve, --database among them. The portal's log goes to a writer. It is killed when the context
// ends.
func Launch(ctx context.Context, program, dir string, log io.Writer, flags ...string) (*Process, error) {
	command := exec.CommandContext(ctx, program, append([]string{"portal", "serve", "--organization", "organization.yaml", "--listen", "127.0.0.1:0",
		"--pwned-passwords-file", "pwned.txt"}, flags...)...)
	command.Dir = dir
	stderr, err := command.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	return &Process{command: command, stderr: stderr, log: log, wait: sync.OnceValue(command.Wait)}, nil
}

// PID is the id that the system gives the process.
func (p *Process) PID() int { return p.command.Process.Pid }

// Address waits until the portal listens, and returns where. It is called once.
func (p *Process) Address() (*url.URL, error) {
	var said strings.Builder
	lines := bufio.NewScanner(io.TeeReader(io.TeeReader(p.stderr, p.log), &said))
	for lines.Scan() {
		if address := listening.FindString(lines.Text()); address != "" {
			go func() { _, _ = io.Copy(p.log, p.stderr) }() // so that the portal can go on writing its log
			return url.Parse(address)
		}
	}
	return nil, fmt.Errorf("the portal ended without saying where it listens:\n%s", &said)
}

// Kill ends the portal as a power cut would. One that has ended already stays so.
func (p *Process) Kill() {
	_ = p.command.Process.Kill() // which fails only for one that has ended
	_ = p.wait()
}

// Stop has the portal finish what is under way, and returns how it ended.
func (p *Process) Stop() (*os.ProcessState, error) {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return nil, err
	}
	err := p.wait()
	return p.command.ProcessState, err
}
