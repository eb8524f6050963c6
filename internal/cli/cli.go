// Package cli is what the program does besides serving the provider: running a portal and handling its tokens.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // the command was understood and could not be carried out
	exitUsage  = 2 // the command line is wrong
)

// Run carries out a command line, without the program's name, and returns the exit code. What a script wants to read
// goes to stdout; explanations, logs and errors go to stderr. Run ends early, and cleanly, when the context does.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:   "terraform-provider-switchboard",
		Short: "The people, rights and phones of an organisation, as code",
		Long: `Terraform starts this program by itself, without a command. With a command it serves a portal that the provider can work with,
and manages who may use it.`,
		Args: cobra.NoArgs, RunE: help,
		SilenceUsage: true, SilenceErrors: true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(portalCommand())
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(stderr, "Error: %s\n", sentence(err))
	if _, ok := errors.AsType[failure](err); ok {
		return exitFailed
	}
	fmt.Fprintf(stderr, "%s --help tells how it is used.\n", command.CommandPath())
	return exitUsage
}

func portalCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "portal",
		Short: "Serve a portal and manage its tokens",
		Long: `A portal keeps the users, permission groups and SIP accounts of one or more organisations in a database, SQLite or PostgreSQL, and serves them over HTTP.
Start it with "portal serve", make a token with "portal token create", and give the provider the portal's address and the token.`,
		Args: cobra.NoArgs, RunE: help,
	}
	command.AddCommand(serveCommand(), tokenCommand(), auditCommand(), keyCommand(), backupCommand())
	return command
}

func help(command *cobra.Command, _ []string) error { return command.Help() }

// failure is an error of a command that was understood. All others are mistakes in the command line.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

func failed(err error) error {
	if err == nil {
		return nil
	}
	return failure{err}
}

// sentence is an error as a person reads it in a terminal: without status and codes.
func sentence(err error) string {
	problem, ok := errors.AsType[*portal.Error](err)
	if !ok {
		return err.Error()
	}
	parts := []string{problem.Detail}
	for _, field := range problem.Errors {
		parts = append(parts, field.Sentence())
	}
	return strings.Trim(strings.Join(parts, "; "), "; ")
}

// required marks flags that a command cannot do without.
func required(command *cobra.Command, names ...string) {
	for _, name := range names {
		if err := command.MarkFlagRequired(name); err != nil {
			panic(err) // a flag that the command does not have
		}
	}
}
