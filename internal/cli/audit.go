package cli

import (
	"context"
	"encoding/json"
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
	var asJSON bool
	command := &cobra.Command{
		Use:   "audit --database FILE|URL --organization ID [--object ID] [--limit N] [--json]",
		Short: "Show who changed what, the newest first",
		Long: `Prints the audit trail of an organisation: who changed what, when, from which address and with which request. It names the fields that
changed and never what they hold. The trail only grows; the API has it as GET /v1/audit, for tokens with the scope admin.`,
		Example: `  terraform-provider-switchboard portal audit --database portal.db --organization delfin --limit 20
  terraform-provider-switchboard portal audit --database portal.db --organization delfin --object usr_… --json`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if query.Limit < 1 || query.Limit > portal.MaxPageSize {
				return fmt.Errorf("--limit is %d; give a number from 1 to %d", query.Limit, portal.MaxPageSize)
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
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line, as the API has them")
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
