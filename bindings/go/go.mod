module libcorpus

go 1.19
