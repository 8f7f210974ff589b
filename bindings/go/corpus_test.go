package corpus

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

func lines(n int) string {
	var out strings.Builder
	for i := 0; i < n; i++ {
		fmt.Fprintf(&out, "{\"prompt\":\"p%d\",\"response\":\"r%d\"}\n", i, i)
	}
	return out.String()
}

func through(t *testing.T, recipe string, stage Stage, in string) (string, error) {
	t.Helper()
	r, err := Parse(recipe)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewStream(r)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if stage != nil {
		if err := s.Map("mine", stage); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	err = s.Copy(&out, strings.NewReader(in))
	return out.String(), err
}

func TestWhatGoesInComesOut(t *testing.T) {
	in := lines(50000)
	out, err := through(t, "corpus: 1", nil, in)
	if err != nil || out != in {
		t.Fatalf("%d bytes, %v", len(out), err)
	}
}

func TestAStageDrops(t *testing.T) {
	out, err := through(t, "corpus: 1", func(r *Record) string {
		role, text, err := r.Turn(1)
		if err != nil || role != "assistant" {
			return "broken"
		}
		if text == "r1" {
			return "one"
		}
		return ""
	}, lines(2))
	if err != nil || out != lines(1) {
		t.Fatalf("%q, %v", out, err)
	}
}

func TestErrorsAndPanicsComeBack(t *testing.T) {
	if _, err := Parse("corpus: 2"); err == nil || err.(*Error).Code != 1 {
		t.Fatal(err)
	}
	_, err := through(t, "corpus: 1", func(*Record) string { panic("no") }, lines(1))
	if err == nil || !strings.Contains(err.Error(), "mine: panicked") {
		t.Fatal(err)
	}
}

// Runs the recipe of CORPUS_CASE over standard input; the cases of tests/integration use it.
func TestCase(t *testing.T) {
	recipe := os.Getenv("CORPUS_CASE")
	if recipe == "" {
		t.Skip("CORPUS_CASE is not set")
	}
	in, err := os.Open(os.Getenv("CORPUS_CASE_IN"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	out, err := through(t, recipe, nil, string(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv("CORPUS_CASE_OUT"), []byte(out), 0o644); err != nil {
		t.Fatal(err)
	}
}
