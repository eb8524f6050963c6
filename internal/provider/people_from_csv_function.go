package provider

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

//go:embed people_from_csv.md
var peopleFromCSVDescription string

func newPeopleFromCSVFunction() function.Function { return peopleFromCSVFunction{} }

// peopleFromCSVFunction is people_from_csv. Functions are pure: they know no portal.
type peopleFromCSVFunction struct{}

func (peopleFromCSVFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "people_from_csv"
}

func (peopleFromCSVFunction) Definition(
	_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse,
) {
	resp.Definition = function.Definition{
		Summary:             "Reads a list of people as spreadsheets save it.",
		MarkdownDescription: strings.TrimSpace(peopleFromCSVDescription),
		Parameters: []function.Parameter{function.StringParameter{
			Name: "text",
			MarkdownDescription: fmt.Sprintf("The list: `file(\"people.csv\")` of a file in UTF-8, `filebase64(\"people.csv\")` of one "+
				"in any encoding. The file has at most %d MiB.", maxPeopleList>>20),
		}},
		VariadicParameter: function.DynamicParameter{
			Name:                "options",
			MarkdownDescription: "At most one object of the options above, such as `{ key = \"personnel_number\" }`.",
		},
		Return: function.DynamicReturn{},
	}
}

func (peopleFromCSVFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var (
		text    string
		given   []types.Dynamic
		options peopleOptions
		err     error
	)
	if resp.Error = req.Arguments.Get(ctx, &text, &given); resp.Error != nil {
		return
	}
	if len(given) > 1 {
		resp.Error = function.NewArgumentFuncError(2, "all options stand in one object")
		return
	}
	if len(given) == 1 {
		if options, err = newPeopleOptions(given[0]); err != nil {
			resp.Error = function.NewArgumentFuncError(1, err.Error())
			return
		}
	}
	people, err := readPeople(text, options)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, types.DynamicValue(people))
}
