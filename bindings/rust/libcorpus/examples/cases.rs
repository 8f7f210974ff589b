//! Runs a recipe over standard input: `cases RECIPE < in > out`. The cases of tests/integration use it.
use std::io::{Read, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let recipe = libcorpus::Recipe::parse(&std::env::args().nth(1).ok_or("usage: cases RECIPE")?)?;
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text)?;
    let mut stream = libcorpus::Stream::builder(&recipe)?.pushed()?.start(&libcorpus::Options::default())?;
    let mut out = std::io::stdout();
    let mut rest = &text[..];
    while !rest.is_empty() {
        rest = &rest[stream.push(rest)?..];
        if !rest.is_empty() {
            if let Some(batch) = stream.next()? {
                out.write_all(batch.lines())?;
            }
        }
    }
    stream.end()?;
    while let Some(batch) = stream.next()? {
        out.write_all(batch.lines())?;
    }
    stream.finish()?;
    Ok(())
}
