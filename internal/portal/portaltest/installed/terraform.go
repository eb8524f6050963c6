package installed

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
)

// Terraform returns the path of the command-line interface that tests run: TF_ACC_TERRAFORM_PATH, or the program that
// TERRAFORM names, such as tofu.
func Terraform() (string, error) { return findTerraform() }

var findTerraform = sync.OnceValues(func() (string, error) {
	name := cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), os.Getenv("TERRAFORM"), "terraform")
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("these tests run the real Terraform, 1.11 or newer, or OpenTofu with TERRAFORM=tofu: %w", err)
	}
	return path, nil
})

// Registry returns the host that a provider's address without one stands for.
func Registry() (string, error) {
	path, err := Terraform()
	if err != nil {
		return "", err
	}
	output, err := exec.Command(path, "version").Output()
	if err != nil {
		return "", fmt.Errorf("%s version: %w", path, err)
	}
	if openTofu.Match(output) {
		return "registry.opentofu.org", nil
	}
	return "registry.terraform.io", nil
}

// openTofu is the line of its version, which warnings may precede.
var openTofu = regexp.MustCompile(`(?m)^OpenTofu v\d`)
