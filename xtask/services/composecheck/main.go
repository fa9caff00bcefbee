// Reads the files that describe containers as the tools read them that would run them, and prints what they say as
// JSON: a Compose file by compose-go, the library of Docker Compose, a container file by the parser of BuildKit.
// A file that the tool would refuse is refused here, with the tool's own words.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: composecheck compose|containerfile FILE"))
	}
	readers := map[string]func(string) (any, error){"compose": compose, "containerfile": containerfile}
	read, known := readers[os.Args[1]]
	if !known {
		fail(fmt.Errorf("%q is neither compose nor containerfile", os.Args[1]))
	}
	said, err := read(os.Args[2])
	if err != nil {
		fail(err)
	}
	text, err := json.MarshalIndent(said, "", "  ")
	if err != nil {
		fail(err)
	}
	fmt.Println(string(text))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// The project with its defaults filled in. The environment of the caller has no part in it.
func compose(file string) (any, error) {
	options, err := cli.NewProjectOptions([]string{file}, cli.WithName("check"))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

// An instruction as its words, flags first.
type instruction struct {
	Name  string   `json:"name"`
	Flags []string `json:"flags"`
	Words []string `json:"words"`
}

// A stage: from what it is built, and by which instructions.
type stage struct {
	Name         string        `json:"name"`
	Base         string        `json:"base"`
	Instructions []instruction `json:"instructions"`
}

// The stages in their order. The second parser knows the form of each instruction and refuses wrong ones.
func containerfile(file string) (any, error) {
	reader, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	tree, err := parser.Parse(reader)
	if err != nil {
		return nil, err
	}
	typed, _, err := instructions.Parse(tree.AST, nil)
	if err != nil {
		return nil, err
	}
	stages := make([]stage, 0, len(typed))
	for _, found := range typed {
		stages = append(stages, stage{Name: found.Name, Base: found.BaseName, Instructions: []instruction{}})
	}
	current := -1
	for _, node := range tree.AST.Children {
		switch {
		case strings.EqualFold(node.Value, "FROM"):
			current++
		case current >= 0:
			words := []string{}
			for next := node.Next; next != nil; next = next.Next {
				words = append(words, next.Value)
			}
			flags := append([]string{}, node.Flags...)
			stages[current].Instructions = append(stages[current].Instructions, instruction{node.Value, flags, words})
		}
	}
	return stages, nil
}
