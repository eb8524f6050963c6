package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func newPeopleFromCSVFunction() function.Function { return peopleFromCSVFunction{} }

// peopleFromCSVFunction is people_from_csv. Functions are pure: they know no portal.
type peopleFromCSVFunction struct{}

func (peopleFromCSVFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "people_from_csv"
}

func (peopleFromCSVFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Reads a list of people as spreadsheets save it.",
		MarkdownDescription: "Reads a list of people as spreadsheets save it: CSV (RFC 4180), in UTF-8, with commas, semicolons or tabs between the cells. " +
			"It returns a map of objects of one type, by e-mail address in small letters.\n\n" +
			"* **The first line names the attributes** of `switchboard_user`, such as `first_name`; one inside an object is written `telephony.extension`. " +
			"A column of another name, such as `department`, is the list's own, and its cells are texts. `email` must be there.\n" +
			"* **A cell has the type of its attribute**: `true` or `false`, `yes` or `no`, `1` or `0`; a whole number; the elements of a set with `|` in between. " +
			"Space around a cell does not count.\n" +
			"* **An empty cell is null**: the list does not say, so it is not managed. An object of which no cell says anything is null. Rows without any cell are skipped.\n" +
			"* **An error names the line and the column**: among them an address that is none, and one that stands in the list twice.\n\n" +
			fmt.Sprintf("The text has at most %d MiB.", maxPeopleList>>20),
		Parameters: []function.Parameter{function.StringParameter{Name: "text", MarkdownDescription: "The list, such as `file(\"people.csv\")`."}},
		Return:     function.DynamicReturn{},
	}
}

func (peopleFromCSVFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	people, err := readPeople(text)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, capital(err.Error(), "")+".")
		return
	}
	resp.Error = resp.Result.Set(ctx, types.DynamicValue(people))
}
