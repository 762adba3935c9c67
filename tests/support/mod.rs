//! What the whole-program tests share. It depends on nothing of the program but its binary's path.
//!
//! Every test binary compiles all of it and uses the part that it needs.
#![allow(dead_code)]

#[cfg(unix)]
pub mod console;
#[cfg(target_os = "linux")]
pub mod faults;
pub mod process;
pub mod program;
pub mod python;
