// Package corpus curates teacher-generated corpora: it is the C API of libcorpus in Go's words.
//
// Build with CGO_CFLAGS=-I<include> and CGO_LDFLAGS="-L<lib> -lcorpus_c".
package corpus

// #cgo LDFLAGS: -lcorpus_c
// #include <corpus.h>
// #include <stdlib.h>
// int corpusGoStage(void*, corpus_batch*, char*);
// static int corpus_go_call(void* context, corpus_batch* batch, char message[256]) {
//   return corpusGoStage(context, batch, message);
// }
// static corpus_status corpus_go_add(corpus_stream* stream, const char* name, uintptr_t context, corpus_error* error) {
//   return corpus_stream_add_map(stream, SIZE_MAX, name, corpus_go_call, (void*)context, error);
// }
import "C"

import (
	"errors"
	"io"
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// Error carries a pinned code of corpus.h.
type Error struct {
	Code    int
	Message string
}

func (e *Error) Error() string { return e.Message }

func failed(status C.corpus_status, e *C.corpus_error) error {
	if status == C.CORPUS_OK {
		return nil
	}
	return &Error{int(e.code), C.GoString(&e.message[0])}
}

// Version of the library that was loaded.
func Version() string { return C.GoString(C.corpus_version()) }

// Recipe says what to read, which stages, what to write.
type Recipe struct{ handle *C.corpus_recipe }

// Parse reads YAML or JSON and checks it against the schemas.
func Parse(text string) (*Recipe, error) {
	var e C.corpus_error
	r := &Recipe{}
	c := C.CString(text)
	defer C.free(unsafe.Pointer(c))
	if err := failed(C.corpus_recipe_parse(c, C.size_t(len(text)), nil, &r.handle, &e), &e); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(r, (*Recipe).Close)
	return r, nil
}

// Close frees it; calling it twice is fine.
func (r *Recipe) Close() {
	C.corpus_recipe_free(r.handle)
	r.handle = nil
}

// Run returns the report as JSON.
func (r *Recipe) Run() (string, error) {
	var e C.corpus_error
	var report *C.char
	var size C.size_t
	err := failed(C.corpus_run(r.handle, nil, &report, &size, &e), &e)
	runtime.KeepAlive(r)
	if err != nil {
		return "", err
	}
	defer C.corpus_free(unsafe.Pointer(report))
	return C.GoStringN(report, C.int(size)), nil
}

// Record in the hands of a stage; valid during the call only.
type Record struct {
	batch *C.corpus_batch
	index C.size_t
	view  C.corpus_record
}

func text(t C.corpus_text) string { return C.GoStringN(t.data, C.int(t.size)) }

func (r *Record) JSON() string { return text(r.view.json) }
func (r *Record) ID() string   { return text(r.view.id) }
func (r *Record) Turns() int   { return int(r.view.turns) }

// Turn gives role and text.
func (r *Record) Turn(i int) (role, content string, err error) {
	var e C.corpus_error
	var turn C.corpus_turn
	if err := failed(C.corpus_batch_turn(r.batch, r.index, C.size_t(i), &turn, &e), &e); err != nil {
		return "", "", err
	}
	return C.GoString(turn.role), text(turn.text), nil
}

// Stage keeps a record by returning "", and drops it by returning a reason. Called by many threads at once.
type Stage func(*Record) string

//export corpusGoStage
func corpusGoStage(context unsafe.Pointer, batch *C.corpus_batch, message *C.char) (status C.int) {
	say := func(what string) C.int {
		out := unsafe.Slice((*byte)(unsafe.Pointer(message)), 256)
		out[copy(out[:255], what)] = 0
		return 1
	}
	defer func() {
		if p := recover(); p != nil {
			status = say("panicked")
		}
	}()
	stage := cgo.Handle(uintptr(context)).Value().(Stage)
	var e C.corpus_error
	for i := C.size_t(0); i < C.corpus_batch_size(batch); i++ {
		r := Record{batch: batch, index: i}
		if err := failed(C.corpus_batch_record(batch, i, &r.view, &e), &e); err != nil {
			return say(err.Error())
		}
		if r.view.drop_reason.size != 0 {
			continue
		}
		if reason := stage(&r); reason != "" {
			c := C.CString(reason)
			err := failed(C.corpus_batch_drop(batch, i, c, &e), &e)
			C.free(unsafe.Pointer(c))
			if err != nil {
				return say(err.Error())
			}
		}
	}
	return 0
}

// Stream is a run whose ends the program holds.
type Stream struct {
	handle *C.corpus_stream
	stages []cgo.Handle
}

// NewStream takes the recipe's stages; records are written into it with Copy.
func NewStream(recipe *Recipe) (*Stream, error) {
	var e C.corpus_error
	s := &Stream{}
	err := failed(C.corpus_stream_create(recipe.handle, &s.handle, &e), &e)
	runtime.KeepAlive(recipe)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Map adds a stage behind all others.
func (s *Stream) Map(name string, stage Stage) error {
	var e C.corpus_error
	c := C.CString(name)
	defer C.free(unsafe.Pointer(c))
	handle := cgo.NewHandle(stage)
	s.stages = append(s.stages, handle)
	return failed(C.corpus_go_add(s.handle, c, C.uintptr_t(handle), &e), &e)
}

// Copy runs the stream: what is read from in goes through it, and the kept records are written to out.
func (s *Stream) Copy(out io.Writer, in io.Reader) error {
	var e C.corpus_error
	if err := failed(C.corpus_stream_pushed(s.handle, nil, &e), &e); err != nil {
		return err
	}
	if err := failed(C.corpus_stream_start(s.handle, nil, &e), &e); err != nil {
		return err
	}
	runtime.LockOSThread() // a batch is lent to the thread that takes it
	defer runtime.UnlockOSThread()
	buffer := make([]byte, 1<<16)
	for {
		n, err := in.Read(buffer)
		for rest := buffer[:n]; len(rest) > 0; {
			var taken C.size_t
			status := C.corpus_stream_push(s.handle, (*C.char)(unsafe.Pointer(&rest[0])), C.size_t(len(rest)), &taken, &e)
			if err := failed(status, &e); err != nil {
				return err
			}
			rest = rest[taken:]
			if len(rest) > 0 {
				if more, err := s.take(out); err != nil || !more {
					return err
				}
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if err := failed(C.corpus_stream_end(s.handle, &e), &e); err != nil {
		return err
	}
	for {
		if more, err := s.take(out); err != nil || !more {
			return err
		}
	}
}

func (s *Stream) take(out io.Writer) (bool, error) {
	var e C.corpus_error
	var batch *C.corpus_batch
	if err := failed(C.corpus_stream_next(s.handle, &batch, &e), &e); err != nil {
		return false, err
	}
	if batch == nil {
		return false, nil
	}
	lines := C.corpus_batch_lines(batch)
	_, err := out.Write(unsafe.Slice((*byte)(unsafe.Pointer(lines.data)), int(lines.size)))
	return true, err
}

// Close cancels what has not ended.
func (s *Stream) Close() {
	C.corpus_stream_free(s.handle)
	s.handle = nil
	for _, h := range s.stages {
		h.Delete()
	}
	s.stages = nil
}
