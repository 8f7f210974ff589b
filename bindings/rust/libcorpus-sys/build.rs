// CORPUS_LIB_DIR names the folder of libcorpus_c.so; without it the linker's own folders are searched.
fn main() {
    println!("cargo:rerun-if-env-changed=CORPUS_LIB_DIR");
    if let Ok(dir) = std::env::var("CORPUS_LIB_DIR") {
        println!("cargo:rustc-link-search=native={dir}");
    }
    println!("cargo:rustc-link-lib=dylib=corpus_c");
}
