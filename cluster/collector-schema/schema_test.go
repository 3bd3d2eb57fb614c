// Prints the configuration of the Collector's components as JSON: the fields of the structs that the factories make,
// with their comments and defaults. generate.ts puts this file next to the Collector's main.go and runs it as a test,
// because only the package itself can call components().
package main

import (
	"encoding"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
)

// node describes a value in the configuration.
type node struct {
	// Type is one of fields, list, map, text, number, boolean, duration and any.
	Type    string           `json:"type"`
	Fields  map[string]*node `json:"fields,omitempty"`
	Of      *node            `json:"of,omitempty"`
	Doc     string           `json:"doc,omitempty"`
	Default string           `json:"default,omitempty"`
	// Loose means that the component reads the value with code of its own, so it may accept more than the fields.
	Loose bool `json:"loose,omitempty"`
}

var (
	textType      = reflect.TypeFor[encoding.TextUnmarshaler]()
	confType      = reflect.TypeFor[confmap.Unmarshaler]()
	durationType  = reflect.TypeFor[time.Duration]()
	comments      = map[string]map[string]string{}
	deepestStruct = 9
)

func describe(t reflect.Type, value reflect.Value, depth int) *node {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
		if value.IsValid() && !value.IsNil() {
			value = value.Elem()
		} else {
			value = reflect.Value{}
		}
	}
	if strings.HasPrefix(t.Name(), "Optional[") {
		inner, _ := t.FieldByName("value")
		return describe(inner.Type, reflect.Value{}, depth)
	}
	loose := reflect.PointerTo(t).Implements(confType)
	switch {
	case t == durationType:
		return &node{Type: "duration", Default: defaultOf(value)}
	case t.Kind() != reflect.Struct && reflect.PointerTo(t).Implements(textType):
		return &node{Type: "text", Default: defaultOf(value)}
	case reflect.PointerTo(t).Implements(textType):
		return &node{Type: "any"}
	}
	switch t.Kind() {
	case reflect.Bool:
		return &node{Type: "boolean", Default: defaultOf(value)}
	case reflect.String:
		return &node{Type: "text", Default: defaultOf(value)}
	case reflect.Slice, reflect.Array:
		return &node{Type: "list", Of: describe(t.Elem(), reflect.Value{}, depth+1), Loose: loose}
	case reflect.Map:
		return &node{Type: "map", Of: describe(t.Elem(), reflect.Value{}, depth+1), Loose: loose}
	case reflect.Struct:
		if depth > deepestStruct {
			return &node{Type: "any"}
		}
		found := &node{Type: "fields", Fields: map[string]*node{}, Loose: loose}
		addFields(found, t, value, depth)
		return found
	case reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Invalid:
		return &node{Type: "any"}
	default:
		return &node{Type: "number", Default: defaultOf(value)}
	}
}

func addFields(found *node, t reflect.Type, value reflect.Value, depth int) {
	for index := range t.NumField() {
		field := t.Field(index)
		name, options, _ := strings.Cut(field.Tag.Get("mapstructure"), ",")
		if name == "-" || (!field.IsExported() && !strings.Contains(options, "squash")) {
			continue
		}
		inner := reflect.Value{}
		if value.IsValid() {
			inner = value.Field(index)
		}
		switch {
		case strings.Contains(options, "squash"):
			addSquashed(found, field.Type, inner, depth)
		case strings.Contains(options, "remain"):
			found.Loose = true
		default:
			if name == "" {
				name = strings.ToLower(field.Name)
			}
			child := describe(field.Type, inner, depth+1)
			child.Doc = commentOf(t, field.Name)
			found.Fields[name] = child
		}
	}
}

func addSquashed(found *node, t reflect.Type, value reflect.Value, depth int) {
	inner := describe(t, value, depth)
	for name, child := range inner.Fields {
		found.Fields[name] = child
	}
	if inner.Type != "fields" || inner.Loose {
		found.Loose = true
	}
}

// defaultOf returns a default that a reader can copy, or nothing for a zero.
func defaultOf(value reflect.Value) string {
	if !value.IsValid() || !value.CanInterface() || value.IsZero() {
		return ""
	}
	text := fmt.Sprint(value.Interface())
	if len(text) > 60 || strings.Contains(text, "REDACTED") {
		return ""
	}
	return text
}

// commentOf returns the first sentence of a field's comment.
func commentOf(t reflect.Type, field string) string {
	known, ok := comments[t.PkgPath()]
	if !ok {
		known = readComments(t.PkgPath())
		comments[t.PkgPath()] = known
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	return known[name+"."+field]
}

func readComments(pkg string) map[string]string {
	found := map[string]string{}
	out, err := exec.Command("go", "list", "-mod=readonly", "-f", "{{.Dir}}", pkg).Output()
	if err != nil {
		return found
	}
	parsed, err := parser.ParseDir(token.NewFileSet(), strings.TrimSpace(string(out)), nil, parser.ParseComments)
	if err != nil {
		return found
	}
	for _, one := range parsed {
		ast.Inspect(one, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if fields, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range fields.Fields.List {
					for _, name := range field.Names {
						found[spec.Name.Name+"."+name.Name] = sentence(field)
					}
				}
			}
			return true
		})
	}
	return found
}

func sentence(field *ast.Field) string {
	text := field.Doc.Text()
	if text == "" {
		text = field.Comment.Text()
	}
	return (&doc.Package{}).Synopsis(text)
}

func schemaOf[F component.Factory](factories map[component.Type]F) map[string]*node {
	found := map[string]*node{}
	for kind, factory := range factories {
		config := factory.CreateDefaultConfig()
		found[kind.String()] = describe(reflect.TypeOf(config), reflect.ValueOf(config), 0)
	}
	return found
}

func TestSchema(t *testing.T) {
	all, err := components()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{
		"receivers":  schemaOf(all.Receivers),
		"processors": schemaOf(all.Processors),
		"exporters":  schemaOf(all.Exporters),
		"connectors": schemaOf(all.Connectors),
		"extensions": schemaOf(all.Extensions),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv("SCHEMA_FILE"), text, 0o644); err != nil {
		t.Fatal(err)
	}
}
