//! Curate teacher-generated corpora.
//!
//! ```no_run
//! let recipe = libcorpus::Recipe::parse("corpus: 1\ninput: {paths: answers.jsonl}\nstages: [filters.refusal: {}]")?;
//! let mut stream = libcorpus::Stream::builder(&recipe)?
//!     .map("short", |record| (record.turns() < 2).then_some("one_turn"))?
//!     .start(&libcorpus::Options::default())?;
//! while let Some(batch) = stream.next()? {
//!     println!("{} bytes", batch.lines().len());
//! }
//! # Ok::<(), libcorpus::Error>(())
//! ```
use libcorpus_sys as sys;
use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_int, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr;

/// What went wrong: a pinned code of corpus.h and a message that names input, position, option and remedy.
#[derive(Debug, Clone)]
pub struct Error {
    pub code: i32,
    pub message: String,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for Error {}

pub type Result<T> = std::result::Result<T, Error>;

fn check(call: impl FnOnce(*mut sys::corpus_error) -> i32) -> Result<()> {
    let mut error = sys::corpus_error { code: 0, message: [0; 1020] };
    if call(&mut error) == sys::CORPUS_OK {
        return Ok(());
    }
    let message = unsafe { CStr::from_ptr(error.message.as_ptr()) };
    Err(Error { code: error.code, message: message.to_string_lossy().into_owned() })
}

fn name(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| Error { code: 1, message: format!("{text:?} has a NUL byte") })
}

unsafe fn bytes<'a>(text: sys::corpus_text) -> &'a [u8] {
    if text.size == 0 { &[] } else { std::slice::from_raw_parts(text.data.cast(), text.size) }
}

unsafe fn taken(out: *mut c_char, size: usize) -> String {
    let text = String::from_utf8_lossy(std::slice::from_raw_parts(out.cast(), size)).into_owned();
    sys::corpus_free(out.cast());
    text
}

pub fn version() -> &'static str {
    unsafe { CStr::from_ptr(sys::corpus_version()) }.to_str().unwrap_or("")
}

/// What to read, which stages, what to write.
pub struct Recipe(*mut sys::corpus_recipe);

// A recipe is not changed after it was made.
unsafe impl Send for Recipe {}
unsafe impl Sync for Recipe {}

impl Recipe {
    /// YAML or JSON, checked against the schemas.
    pub fn parse(text: &str) -> Result<Recipe> {
        let mut out = ptr::null_mut();
        check(|e| unsafe { sys::corpus_recipe_parse(text.as_ptr().cast(), text.len(), ptr::null(), &mut out, e) })?;
        Ok(Recipe(out))
    }

    /// Runs it; the report is JSON.
    pub fn run(&self, options: &Options) -> Result<String> {
        let (mut report, mut size) = (ptr::null_mut(), 0);
        let options = options.raw();
        check(|e| unsafe { sys::corpus_run(self.0, &options, &mut report, &mut size, e) })?;
        Ok(unsafe { taken(report, size) })
    }
}

impl Drop for Recipe {
    fn drop(&mut self) {
        unsafe { sys::corpus_recipe_free(self.0) }
    }
}

#[derive(Default, Clone)]
pub struct Options {
    /// 0: all the process may use.
    pub threads: i32,
    /// Cap on peak resident bytes; 0: none.
    pub memory: u64,
    pub resume: bool,
}

impl Options {
    fn raw(&self) -> sys::corpus_run_options {
        sys::corpus_run_options {
            struct_size: std::mem::size_of::<sys::corpus_run_options>(),
            threads: self.threads,
            resume: self.resume.into(),
            memory: self.memory,
            cancel: ptr::null_mut(),
            progress: None,
            context: ptr::null_mut(),
        }
    }
}

/// A record in the hands of a stage.
pub struct Record<'a> {
    batch: *mut sys::corpus_batch,
    index: usize,
    view: sys::corpus_record,
    _batch: std::marker::PhantomData<&'a ()>,
}

impl<'a> Record<'a> {
    pub fn json(&self) -> &'a [u8] {
        unsafe { bytes(self.view.json) }
    }
    pub fn id(&self) -> &'a [u8] {
        unsafe { bytes(self.view.id) }
    }
    pub fn turns(&self) -> usize {
        self.view.turns as usize
    }
    /// Role and text of a turn.
    pub fn turn(&self, turn: usize) -> Result<(&'a str, &'a [u8])> {
        let mut out: sys::corpus_turn = unsafe { std::mem::zeroed() };
        check(|e| unsafe { sys::corpus_batch_turn(self.batch, self.index, turn, &mut out, e) })?;
        Ok(unsafe { (CStr::from_ptr(out.role).to_str().unwrap_or(""), bytes(out.text)) })
    }
    /// Writes `"key": json` under "corpus".
    pub fn tag(&self, key: &str, json: &str) -> Result<()> {
        let key = name(key)?;
        check(|e| unsafe {
            sys::corpus_batch_tag(self.batch, self.index, key.as_ptr(), json.as_ptr().cast(), json.len(), e)
        })
    }
    pub fn replace(&self, turn: usize, text: &str) -> Result<()> {
        check(|e| unsafe {
            sys::corpus_batch_replace(self.batch, self.index, turn, text.as_ptr().cast(), text.len(), e)
        })
    }
}

type StageFn = dyn Fn(&Record) -> Option<&'static str> + Send + Sync;

// A panic must not cross into C++: it ends the run with an error.
unsafe extern "C" fn call_stage(context: *mut c_void, batch: *mut sys::corpus_batch, message: *mut c_char) -> c_int {
    let stage = &*context.cast::<Box<StageFn>>();
    let done = catch_unwind(AssertUnwindSafe(|| -> Result<()> {
        for index in 0..sys::corpus_batch_size(batch) {
            let mut view: sys::corpus_record = std::mem::zeroed();
            check(|e| sys::corpus_batch_record(batch, index, &mut view, e))?;
            if view.drop_reason.size != 0 {
                continue;
            }
            let record = Record { batch, index, view, _batch: std::marker::PhantomData };
            if let Some(reason) = stage(&record) {
                let reason = name(reason)?;
                check(|e| sys::corpus_batch_drop(batch, index, reason.as_ptr(), e))?;
            }
        }
        Ok(())
    }));
    let what = match done {
        Ok(Ok(())) => return 0,
        Ok(Err(error)) => error.message,
        Err(_) => "panicked".to_string(),
    };
    let text = &what.as_bytes()[..what.len().min(255)];
    ptr::copy_nonoverlapping(text.as_ptr().cast(), message, text.len());
    *message.add(text.len()) = 0;
    1
}

/// A stream that has not begun.
pub struct Builder {
    stream: Stream,
}

impl Builder {
    /// A stage behind all others: `None` keeps, `Some(reason)` drops. Called by many threads at once.
    pub fn map(
        mut self, stage_name: &str, stage: impl Fn(&Record) -> Option<&'static str> + Send + Sync + 'static,
    ) -> Result<Builder> {
        let c_name = name(stage_name)?;
        let boxed: Box<Box<StageFn>> = Box::new(Box::new(stage));
        let context = &*boxed as *const Box<StageFn> as *mut c_void;
        check(|e| unsafe {
            sys::corpus_stream_add_map(self.stream.handle, usize::MAX, c_name.as_ptr(), call_stage, context, e)
        })?;
        self.stream.stages.push(boxed);
        Ok(self)
    }

    /// Records come by push() instead of from the recipe's paths.
    pub fn pushed(self) -> Result<Builder> {
        check(|e| unsafe { sys::corpus_stream_pushed(self.stream.handle, ptr::null(), e) })?;
        Ok(self)
    }

    pub fn start(self, options: &Options) -> Result<Stream> {
        let options = options.raw();
        check(|e| unsafe { sys::corpus_stream_start(self.stream.handle, &options, e) })?;
        Ok(self.stream)
    }
}

/// A run whose ends the program holds.
pub struct Stream {
    handle: *mut sys::corpus_stream,
    #[allow(clippy::redundant_allocation)] // C holds the address of the inner box
    stages: Vec<Box<Box<StageFn>>>,
}

unsafe impl Send for Stream {}

impl Stream {
    pub fn builder(recipe: &Recipe) -> Result<Builder> {
        let mut handle = ptr::null_mut();
        check(|e| unsafe { sys::corpus_stream_create(recipe.0, &mut handle, e) })?;
        Ok(Builder { stream: Stream { handle, stages: Vec::new() } })
    }

    /// How many bytes were taken; fewer than all when a batch waits for next().
    pub fn push(&mut self, text: &[u8]) -> Result<usize> {
        let mut taken = 0;
        check(|e| unsafe { sys::corpus_stream_push(self.handle, text.as_ptr().cast(), text.len(), &mut taken, e) })?;
        Ok(taken)
    }

    pub fn end(&mut self) -> Result<()> {
        check(|e| unsafe { sys::corpus_stream_end(self.handle, e) })
    }

    /// The next batch; `None` at the end.
    #[allow(clippy::should_implement_trait)] // a batch borrows the stream
    pub fn next(&mut self) -> Result<Option<Batch<'_>>> {
        let mut batch = ptr::null();
        check(|e| unsafe { sys::corpus_stream_next(self.handle, &mut batch, e) })?;
        Ok((!batch.is_null()).then_some(Batch { batch, _stream: std::marker::PhantomData }))
    }

    /// Takes what is left and reports, as JSON.
    pub fn finish(self) -> Result<String> {
        let (mut report, mut size) = (ptr::null_mut(), 0);
        check(|e| unsafe { sys::corpus_stream_finish(self.handle, &mut report, &mut size, e) })?;
        Ok(unsafe { taken(report, size) })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        unsafe { sys::corpus_stream_free(self.handle) }
    }
}

/// Consecutive records, as long as the stream is not asked for more.
pub struct Batch<'a> {
    batch: *const sys::corpus_batch,
    _stream: std::marker::PhantomData<&'a mut Stream>,
}

impl Batch<'_> {
    /// The kept records as JSON Lines.
    pub fn lines(&self) -> &[u8] {
        unsafe { bytes(sys::corpus_batch_lines(self.batch)) }
    }
    /// Kept and dropped records.
    pub fn len(&self) -> usize {
        unsafe { sys::corpus_batch_size(self.batch) }
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(mut stream: Stream, text: &[u8]) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let taken = stream.push(rest)?;
            rest = &rest[taken..];
            if !rest.is_empty() {
                if let Some(batch) = stream.next()? {
                    out.extend_from_slice(batch.lines());
                }
            }
        }
        stream.end()?;
        while let Some(batch) = stream.next()? {
            out.extend_from_slice(batch.lines());
        }
        Ok(out)
    }

    fn lines(n: usize) -> String {
        (0..n).map(|i| format!("{{\"prompt\":\"p{i}\",\"response\":\"r{i}\"}}\n")).collect()
    }

    #[test]
    fn what_goes_in_comes_out() {
        assert_eq!(version(), env!("CARGO_PKG_VERSION"));
        let recipe = Recipe::parse("corpus: 1").unwrap();
        let stream = Stream::builder(&recipe).unwrap().pushed().unwrap().start(&Options::default()).unwrap();
        let text = lines(50_000);
        assert_eq!(through(stream, text.as_bytes()).unwrap(), text.as_bytes());
    }

    #[test]
    fn stages_drop_tag_and_replace() {
        let recipe = Recipe::parse("corpus: 1").unwrap();
        let stream = Stream::builder(&recipe)
            .unwrap()
            .map("mine", |record| {
                let (role, text) = record.turn(1).unwrap();
                assert_eq!(role, "assistant");
                if text == b"r1" {
                    return Some("one");
                }
                record.tag("seen", "true").unwrap();
                record.replace(1, "x\"y").unwrap();
                None
            })
            .unwrap()
            .pushed()
            .unwrap()
            .start(&Options { threads: 2, ..Options::default() })
            .unwrap();
        let out = through(stream, lines(2).as_bytes()).unwrap();
        assert_eq!(out, b"{\"prompt\":\"p0\",\"response\":\"x\\\"y\",\"corpus\":{\"seen\":true}}\n");
    }

    #[test]
    fn errors_and_panics_come_back() {
        let error = Recipe::parse("corpus: 2").err().unwrap();
        assert_eq!(error.code, 1);
        let recipe = Recipe::parse("corpus: 1").unwrap();
        let stream = Stream::builder(&recipe).unwrap().map("bad", |_| panic!("no")).unwrap();
        let stream = stream.pushed().unwrap().start(&Options::default()).unwrap();
        let error = through(stream, lines(1).as_bytes()).err().unwrap();
        assert!(error.message.contains("bad: panicked"), "{}", error.message);
    }
}
