//! Helps the linker to a program that starts with little: what it touches when it starts stands together in its file.
//!
//! The system brings a program into memory in pieces of many pages, around whatever is touched. The functions of a start
//! are a sixth of all code and lie all over it, so that nearly everything would come in. `assets/link-order.txt` names
//! them; `cargo run --example link_order` writes that file from runs of the real program.
//!
//! A linker that cannot do this is left alone: each option is tried first, on a program that does nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

const ORDER: &str = "assets/link-order.txt";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={ORDER}");
    if variable("PROFILE") != "release" || variable("CARGO_CFG_TARGET_OS") != "linux" {
        return;
    }
    let folder = PathBuf::from(variable("OUT_DIR"));
    let script = folder.join("link-order.ld");
    let names = fs::read_to_string(ORDER).expect("assets/link-order.txt can be read");
    fs::write(&script, linker_script(&names)).expect("the folder for what is built can be written");
    let options = [
        format!("-T{}", script.display()),
        // Where the program's own addresses stand is then said in some kilobytes, instead of in a megabyte.
        "-Wl,-z,pack-relative-relocs".to_owned(),
    ];
    for option in options {
        if is_understood(&option, &folder) {
            println!("cargo:rustc-link-arg-bins={option}");
        }
    }
}

/// The functions of the list in a section of their own, before all others. Everything else stays as the linker does it.
/// A line with a bracket names what the linker shall take by itself: the code of a file whose functions it cannot tell apart.
pub fn linker_script(names: &str) -> String {
    let mut script = String::from("SECTIONS {\n  .text.start : {\n");
    for name in names.lines().filter(|line| !line.starts_with('#')) {
        let _ = match name.contains('(') {
            true => writeln!(script, "    {name}"),
            false => writeln!(script, "    *(.text.{name})"),
        };
    }
    script.push_str("  }\n} INSERT BEFORE .text;\n");
    script
}

/// Whether the linker takes this option, and what it then makes runs on this system.
fn is_understood(option: &str, folder: &Path) -> bool {
    let source = folder.join("nothing.rs");
    let program = folder.join("nothing");
    fs::write(&source, "fn main() {}").expect("the folder for what is built can be written");
    let mut compiler = Command::new(variable("RUSTC"));
    compiler.args(["--edition", "2024", "--target", &variable("TARGET"), "-o"]);
    compiler.arg(&program).arg(&source);
    compiler.args(["-C", &format!("link-arg={option}")]);
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        compiler.args(["-C", &format!("linker={linker}")]);
    }
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    compiler.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    succeeds(&mut compiler) && succeeds(&mut Command::new(&program))
}

fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null());
    command.output().is_ok_and(|output| output.status.success())
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo says what {name} is"))
}
