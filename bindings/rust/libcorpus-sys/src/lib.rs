//! corpus.h, word for word: what the safe crate needs of it. See the header for the contracts.
#![allow(non_camel_case_types)]

use std::os::raw::{c_char, c_int, c_void};

pub const CORPUS_OK: i32 = 0;
pub const CORPUS_ABI_VERSION: u32 = 1;

#[repr(C)]
pub struct corpus_error {
    pub code: i32,
    pub message: [c_char; 1020],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct corpus_text {
    pub data: *const c_char,
    pub size: usize,
}

#[repr(C)]
pub struct corpus_recipe {
    _private: [u8; 0],
}
#[repr(C)]
pub struct corpus_stream {
    _private: [u8; 0],
}
#[repr(C)]
pub struct corpus_batch {
    _private: [u8; 0],
}
#[repr(C)]
pub struct corpus_cancel {
    _private: [u8; 0],
}

#[repr(C)]
pub struct corpus_progress {
    pub pass: i32,
    pub passes: i32,
    pub bytes_done: u64,
    pub bytes_total: u64,
    pub records: u64,
    pub dropped: u64,
    pub seconds: f64,
}

#[repr(C)]
pub struct corpus_run_options {
    pub struct_size: usize,
    pub threads: i32,
    pub resume: i32,
    pub memory: u64,
    pub cancel: *mut corpus_cancel,
    pub progress: Option<unsafe extern "C" fn(*mut c_void, *const corpus_progress)>,
    pub context: *mut c_void,
}

#[repr(C)]
pub struct corpus_record {
    pub json: corpus_text,
    pub id: corpus_text,
    pub teacher: corpus_text,
    pub finish_reason: corpus_text,
    pub drop_reason: corpus_text,
    pub shape: *const c_char,
    pub input: u32,
    pub turns: u32,
    pub offset: u64,
}

#[repr(C)]
pub struct corpus_turn {
    pub text: corpus_text,
    pub role: *const c_char,
    pub parent: i32,
    pub rank: u32,
}

pub type corpus_stage_fn = unsafe extern "C" fn(*mut c_void, *mut corpus_batch, *mut c_char) -> c_int;

extern "C" {
    pub fn corpus_free(out: *mut c_void);
    pub fn corpus_version() -> *const c_char;
    pub fn corpus_abi_version() -> u32;
    pub fn corpus_recipe_parse(
        text: *const c_char, size: usize, name: *const c_char, out: *mut *mut corpus_recipe, error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_recipe_free(recipe: *mut corpus_recipe);
    pub fn corpus_run(
        recipe: *const corpus_recipe, options: *const corpus_run_options, report: *mut *mut c_char, size: *mut usize,
        error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_batch_size(batch: *const corpus_batch) -> usize;
    pub fn corpus_batch_record(
        batch: *const corpus_batch, index: usize, out: *mut corpus_record, error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_batch_turn(
        batch: *const corpus_batch, index: usize, turn: usize, out: *mut corpus_turn, error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_batch_lines(batch: *const corpus_batch) -> corpus_text;
    pub fn corpus_batch_drop(
        batch: *mut corpus_batch, index: usize, reason: *const c_char, error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_batch_tag(
        batch: *mut corpus_batch, index: usize, key: *const c_char, json: *const c_char, size: usize,
        error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_batch_replace(
        batch: *mut corpus_batch, index: usize, turn: usize, text: *const c_char, size: usize,
        error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_stream_create(
        recipe: *const corpus_recipe, out: *mut *mut corpus_stream, error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_stream_add_map(
        stream: *mut corpus_stream, behind: usize, name: *const c_char, stage: corpus_stage_fn, context: *mut c_void,
        error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_stream_pushed(stream: *mut corpus_stream, name: *const c_char, error: *mut corpus_error) -> i32;
    pub fn corpus_stream_start(
        stream: *mut corpus_stream, options: *const corpus_run_options, error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_stream_push(
        stream: *mut corpus_stream, bytes: *const c_char, size: usize, taken: *mut usize, error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_stream_end(stream: *mut corpus_stream, error: *mut corpus_error) -> i32;
    pub fn corpus_stream_next(
        stream: *mut corpus_stream, out: *mut *const corpus_batch, error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_stream_finish(
        stream: *mut corpus_stream, report: *mut *mut c_char, size: *mut usize, error: *mut corpus_error,
    ) -> i32;
    pub fn corpus_stream_free(stream: *mut corpus_stream);
}
