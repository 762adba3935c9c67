//! What a disk takes to keep something for certain: the least that a call waits for whose record is durable before its
//! reply.

use super::median;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

/// What the records of a dozen calls come to in pages.
const WRITTEN: usize = 16 << 10;
const SYNCS: usize = 500;
/// Where Linux keeps files in memory.
const MEMORY: &str = "/dev/shm";

/// Microseconds from a write to its being on the disk under `folder`: the median of many, over what is there already.
pub fn median_sync(folder: &Path) -> f64 {
    let mut file = tempfile::tempfile_in(folder).expect("a file");
    write_and_sync(&mut file);
    let taken = (0..SYNCS).map(|_| {
        let begun = Instant::now();
        write_and_sync(&mut file);
        begun.elapsed().as_secs_f64() * 1e6
    });
    median(taken.collect())
}

fn write_and_sync(file: &mut File) {
    file.seek(SeekFrom::Start(0)).expect("the start");
    file.write_all(&[7; WRITTEN]).expect("a write");
    file.sync_data().expect("a sync");
}

/// A copy of an instance's folder where a sync costs nothing. None where no files are kept in memory, or not so many.
pub fn copy_in_memory(folder: &Path) -> Option<tempfile::TempDir> {
    let copy = tempfile::tempdir_in(MEMORY).ok()?;
    // An instance does not open a folder that others can get at.
    let mode = std::fs::metadata(folder)
        .expect("the instance's folder")
        .permissions();
    std::fs::set_permissions(copy.path(), mode).expect("its mode");
    for entry in std::fs::read_dir(folder).expect("the instance's folder") {
        let entry = entry.expect("a file");
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).ok()?;
    }
    Some(copy)
}
