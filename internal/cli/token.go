package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

func tokenCommand() *cobra.Command {
	var flags databaseFlags
	command := &cobra.Command{
		Use:   "token",
		Short: "Create, list and revoke the tokens of an organisation",
		Long: `A token lets a program use the portal for one organisation. The portal keeps only a hash of it: what "create" prints is not shown again.
The commands work on the database and can be used while the portal runs.`,
		Args: cobra.NoArgs, RunE: help,
	}
	flags.add(command.PersistentFlags())
	command.AddCommand(tokenCreateCommand(&flags), tokenListCommand(&flags), tokenRevokeCommand(&flags))
	return command
}

func tokenCreateCommand(flags *databaseFlags) *cobra.Command {
	var name, expires, user string
	var scopes []string
	command := &cobra.Command{
		Use:   "create --database FILE|URL --organization ID --name NAME --scope SCOPE,...",
		Short: "Make a token and print it, once",
		Long: `Prints the new token on stdout and nothing else, so that it can be kept in a variable or a secret store.

Scopes: read (every GET), write (create, change and delete), admin (what only an administrator may), system (what only the operator of
the platform may). Each is granted by itself; the provider needs read and write, and
admin to give privileged permissions or to change how a user who has one logs in.

With --user the token is that person's: it is over when the person is disabled, blocked or deleted, its scope admin counts only while the
person administers the organisation, and no request with it can take that right from the person.`,
		Example: `  export SWITCHBOARD_TOKEN=$(terraform-provider-switchboard portal token create --database portal.db --organization delfin \
    --name terraform --scope read,write,admin --expires 90d)`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			request := service.TokenRequest{Name: name, User: user}
			for _, text := range scopes {
				scope := portal.Scope(strings.TrimSpace(text))
				if !slices.Contains(portal.Scopes(), scope) {
					return fmt.Errorf("--scope has %q; choose among read, write, admin and system", text)
				}
				request.Scopes = append(request.Scopes, scope)
			}
			var err error
			if request.ExpiresAt, err = parseExpiry(expires, time.Now()); err != nil {
				return err
			}
			return flags.withKeys(command.Context(), func(ctx context.Context, svc *service.Service) error {
				secret, token, err := svc.CreateToken(ctx, flags.organization, request)
				if err != nil {
					return err
				}
				fmt.Fprintf(command.ErrOrStderr(), "Token %s (%s) of %s; it expires: %s. Keep it safe, it is not shown again.\n",
					token.ID, token.Name, token.OrganizationID, moment(token.ExpiresAt, "never"))
				_, err = fmt.Fprintln(command.OutOrStdout(), secret)
				return err
			})
		},
	}
	command.Flags().StringVar(&name, "name", "", "what the token is for, as lists show it")
	command.Flags().StringSliceVar(&scopes, "scope", nil, "what the token may do: read, write, admin, system; separated by commas")
	command.Flags().StringVar(&expires, "expires", "", "when the token ends: in so many days (90d) or at a time (2027-01-31T00:00:00Z); never if left out")
	command.Flags().StringVar(&user, "user", "", "whose token it is: e-mail address, username or id of a user; nobody's if left out")
	required(command, "name", "scope")
	return command
}

func tokenListCommand(flags *databaseFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "list --database FILE|URL --organization ID",
		Short: "List the tokens of an organisation, without their secrets",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return flags.withService(command.Context(), func(ctx context.Context, svc *service.Service) error {
				tokens, err := svc.ListTokens(ctx, flags.organization)
				if err != nil {
					return err
				}
				return writeTokens(command.OutOrStdout(), tokens, time.Now())
			})
		},
	}
}

func tokenRevokeCommand(flags *databaseFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke --database FILE|URL --organization ID TOKEN-ID",
		Short: "Revoke a token: it is refused from now on",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New(`name one token by its id, which "portal token list" shows`)
			}
			return nil
		},
		RunE: func(command *cobra.Command, args []string) error {
			return flags.withKeys(command.Context(), func(ctx context.Context, svc *service.Service) error {
				if err := svc.RevokeToken(ctx, flags.organization, args[0]); err != nil {
					return err
				}
				fmt.Fprintf(command.ErrOrStderr(), "Token %s is revoked.\n", args[0])
				return nil
			})
		},
	}
}

// parseExpiry reads "90d" or a time of RFC 3339; empty is never.
func parseExpiry(text string, now time.Time) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	expiry, err := time.Parse(time.RFC3339, text)
	if days, ok := strings.CutSuffix(text, "d"); err != nil && ok {
		var n int
		if n, err = strconv.Atoi(days); err == nil {
			expiry = now.AddDate(0, 0, n)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("--expires is %q; write a number of days such as 90d, or a time such as 2027-01-31T00:00:00Z", text)
	}
	if !expiry.After(now) {
		return nil, fmt.Errorf("--expires is %q, which is not in the future", text)
	}
	return &expiry, nil
}

func writeTokens(w io.Writer, tokens []service.Token, now time.Time) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tSCOPES\tUSER\tCREATED\tEXPIRES\tLAST USED\tSTATUS")
	for _, token := range tokens {
		scopes := make([]string, 0, len(token.Scopes))
		for _, scope := range token.Scopes {
			scopes = append(scopes, string(scope))
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", token.ID, token.Name, strings.Join(scopes, ","), cmp.Or(token.UserName, "-"),
			moment(&token.CreatedAt, ""), moment(token.ExpiresAt, "never"), moment(token.LastUsedAt, "never"), status(token, now))
	}
	return table.Flush()
}

func status(token service.Token, now time.Time) string {
	switch {
	case token.RevokedAt != nil:
		return "revoked"
	case token.ExpiresAt != nil && !token.ExpiresAt.After(now):
		return "expired"
	default:
		return "valid"
	}
}

// moment writes a time to the minute, in UTC.
func moment(t *time.Time, none string) string {
	if t == nil {
		return none
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}
