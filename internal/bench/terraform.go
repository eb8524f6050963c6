package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// pluginVersion is what Terraform takes the built provider for.
const pluginVersion = "99.0.0"

// module is what is built, from wherever in the repository.
const module = "github.com/switchboard-hq/terraform-provider-switchboard"

// maxrssUnit is the unit of the operating system's figure for the peak memory, in bytes.
var maxrssUnit = map[bool]int64{true: 1, false: 1024}[runtime.GOOS == "darwin"]

// build compiles the provider and puts the meter where Terraform looks for it.
func (b *bench) build(ctx context.Context) error {
	progress("building the provider")
	b.provider = filepath.Join(b.dir, "provider")
	if output, err := exec.CommandContext(ctx, "go", "build", "-o", b.provider, module).CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w; start it in the repository\n%s", err, output)
	}
	name := os.Getenv("TERRAFORM")
	if name == "" {
		name = "terraform"
	}
	var err error
	if b.terraform, err = exec.LookPath(name); err != nil {
		return fmt.Errorf("%w: install Terraform 1.11 or newer", err)
	}
	own, err := os.Executable()
	if err != nil {
		return err
	}
	program, err := os.ReadFile(own)
	if err != nil {
		return err
	}
	for _, registry := range []string{"registry.terraform.io", "registry.opentofu.org"} { // of Terraform and of OpenTofu
		mirror := filepath.Join(b.dir, "mirror", registry, "switchboard-hq", "switchboard", pluginVersion, runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(mirror, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(mirror, pluginName+"_v"+pluginVersion), program, 0o700); err != nil { //nolint:gosec // it is a program
			return err
		}
	}
	cli := fmt.Sprintf("provider_installation {\n  filesystem_mirror { path = %q }\n}\n", filepath.Join(b.dir, "mirror"))
	return os.WriteFile(filepath.Join(b.dir, "terraform.rc"), []byte(cli), 0o600)
}

// workspace is a folder with a configuration, its state and its variables.
type workspace struct {
	bench *bench
	dir   string
	env   []string
	state *stateServer
}

// newWorkspace makes a folder with these files. The state lies with a server of this process: with a local file,
// Terraform's rewriting of it after every object would be most of what is measured.
func (b *bench) newWorkspace(ctx context.Context, name string, files map[string]string) (*workspace, error) {
	w := &workspace{bench: b, dir: filepath.Join(b.dir, name), state: newStateServer()}
	for file, text := range files {
		path := filepath.Join(w.dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	backend := fmt.Sprintf("terraform {\n  backend \"http\" {\n    address = %q\n  }\n}\n", w.state.URL)
	if err := os.WriteFile(filepath.Join(w.dir, "backend.tf"), []byte(backend), 0o600); err != nil {
		return nil, err
	}
	w.env = []string{
		"TF_CLI_CONFIG_FILE=" + filepath.Join(b.dir, "terraform.rc"), "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1",
		meteredProgram + "=" + b.provider, meterFile + "=" + filepath.Join(w.dir, "meter.json"),
	}
	_, err := w.run(ctx, "init")
	return w, err
}

func (w *workspace) close() error {
	w.state.Close()
	return os.RemoveAll(w.dir)
}

// cost is what one command of Terraform has cost.
type cost struct {
	wall     time.Duration
	whole    usage // Terraform with the provider
	provider usage
}

// run runs one command of Terraform, which has to succeed.
func (w *workspace) run(ctx context.Context, args ...string) (cost, error) {
	command := exec.CommandContext(ctx, w.bench.terraform, append(args, "-no-color")...)
	command.Dir, command.Env = w.dir, append(clean(os.Environ()), w.env...)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	began := time.Now()
	err := command.Run()
	measured := cost{wall: time.Since(began)}
	if err != nil {
		return cost{}, fmt.Errorf("terraform %s: %w\n%s", strings.Join(args, " "), err, tail(output.String()))
	}
	measured.whole = usageOf(command.ProcessState)
	measured.provider, err = readMeter(filepath.Join(w.dir, "meter.json"))
	return measured, err
}

// unchanged measures a plan that has to find nothing to do.
func (w *workspace) unchanged(ctx context.Context) (cost, error) {
	measured, err := w.run(ctx, "plan", "-detailed-exitcode")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 2 {
		return cost{}, fmt.Errorf("the plan is not empty: %w", err)
	}
	return measured, err
}

// fastPlanVariable is the one variable that may have a say in a measurement: it switches off what is to be measured
// against.
const fastPlanVariable = "SWITCHBOARD_FAST_PLAN"

// clean leaves out what would have a say in a measurement without anybody wanting it.
func clean(env []string) []string {
	var kept []string
	for _, variable := range env {
		name, _, _ := strings.Cut(variable, "=")
		if name == fastPlanVariable || !strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "SWITCHBOARD_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

// tail is the end of a long output, where the errors are.
func tail(output string) string {
	const enough = 4000
	if len(output) <= enough {
		return output
	}
	return "…" + output[len(output)-enough:]
}
