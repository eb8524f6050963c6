package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

func auditCommand() *cobra.Command {
	var flags databaseFlags
	var query service.ListQuery
	var object string
	var asJSON, verify bool
	var head string
	command := &cobra.Command{
		Use:   "audit --database FILE|URL --organization ID [--object ID] [--limit N] [--json] | --verify [--head HEAD]",
		Short: "Show who changed what, the newest first",
		Long: `Prints the audit trail of an organisation: who changed what, when, from which address and with which request. It names the fields that
changed and never what they hold. The API has it as GET /v1/audit, for tokens with the scope admin.

Each entry is sealed by an HMAC over it and the entry before, with a key of the key file. --verify goes through all of them and finds an entry that was changed or
removed, and with the --head that an earlier run printed also what was cut off at the end since then. It prints the head of now on stdout: keep it where
the portal's operators cannot change it. Entries from before this version are covered from its first start on; the output says how many.`,
		Example: `  terraform-provider-switchboard portal audit --database portal.db --organization delfin --limit 20
  terraform-provider-switchboard portal audit --database portal.db --organization delfin --object usr_… --json
  terraform-provider-switchboard portal audit --database portal.db --organization delfin --verify --head "$(cat head)" > head.new`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if query.Limit < 1 || query.Limit > portal.MaxPageSize {
				return fmt.Errorf("--limit is %d; give a number from 1 to %d", query.Limit, portal.MaxPageSize)
			}
			if verify || head != "" {
				return flags.withKeys(command.Context(), func(ctx context.Context, svc *service.Service) error {
					report, err := svc.VerifyAudit(ctx, flags.organization, head)
					if err != nil {
						return err
					}
					return writeReport(command.OutOrStdout(), command.ErrOrStderr(), report)
				})
			}
			if object != "" {
				query.Where = map[string]string{"object_id": object}
			}
			return flags.withService(command.Context(), func(ctx context.Context, svc *service.Service) error {
				page, err := svc.ListAudit(ctx, service.Caller{OrganizationID: flags.organization}, query)
				if err != nil {
					return err
				}
				return writeAudit(command.OutOrStdout(), page.Items, asJSON)
			})
		},
	}
	flags.add(command.Flags())
	command.Flags().StringVar(&object, "object", "", "only what was done to the object with this id")
	command.Flags().IntVar(&query.Limit, "limit", portal.DefaultPageSize, "the most entries to show")
	command.Flags().BoolVar(&verify, "verify", false, "check that no entry was changed or removed")
	command.Flags().StringVar(&head, "head", "", "what an earlier --verify printed")
	command.AddCommand(auditEraseCommand())
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line, as the API has them")
	return command
}

// writeReport prints the head for programs, and for people what was found.
func writeReport(stdout, stderr io.Writer, r service.AuditReport) error {
	if r.Old > 0 {
		fmt.Fprintf(stderr, "The chain began at %s with %d entries that were there already.\n", r.Began.Format(time.RFC3339), r.Old)
	}
	if len(r.Wrong) > 0 {
		return errors.New("the audit trail is not as it was written:\n  " + strings.Join(r.Wrong, "\n  "))
	}
	fmt.Fprintf(stderr, "%d entries since %s are as they were written; names are erased in %d.\n", r.Entries, r.Since.Format(time.RFC3339), r.Erased)
	_, err := fmt.Fprintln(stdout, r.Head)
	return err
}

func auditEraseCommand() *cobra.Command {
	var flags databaseFlags
	var person string
	command := &cobra.Command{
		Use:   "erase --database FILE|URL --organization ID --person NAME|ID",
		Short: "Erase a deleted person from the audit trail",
		Long: `Puts a pseudonym, the id of the deleted user, in the place of the e-mail address or username that the person had, and of the names of the person's tokens, and
removes the addresses that the person's requests came from. What was done, when and by which id stays, and the chain stays whole: "portal audit --verify"
still finds every change. An entry says that the person was erased. Backups and logs are yours to clean.`,
		Example: `  terraform-provider-switchboard portal audit erase --database portal.db --organization delfin --person jan@example.com`,
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return flags.withKeys(command.Context(), func(ctx context.Context, svc *service.Service) error {
				erased, err := svc.EraseFromAudit(ctx, flags.organization, person)
				if err != nil {
					return err
				}
				fmt.Fprintf(command.ErrOrStderr(), "%d names were erased.\n", erased)
				return nil
			})
		},
	}
	flags.add(command.Flags())
	command.Flags().StringVar(&person, "person", "", "e-mail address, username or id of the deleted user")
	required(command, "person")
	return command
}

// writeAudit prints entries as lines for people, or for programs.
func writeAudit(w io.Writer, entries []portal.AuditEntry, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		for _, entry := range entries {
			if err := encoder.Encode(entry); err != nil {
				return err
			}
		}
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TIME\tWHO\tACTION\tOBJECT\tNAME\tFIELDS\tADDRESS\tREQUEST")
	for _, e := range entries {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.At.Format(time.RFC3339), printable(e.Actor.String()), e.Action,
			e.Noun+" "+e.ObjectID, printable(e.ObjectName), strings.Join(e.Fields, ","), e.Address, e.RequestID)
	}
	return table.Flush()
}

// printable keeps names that people have chosen from moving the cursor of a terminal.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, name)
}
