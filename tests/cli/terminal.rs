//! Running the real binary on a terminal, where somebody sits.

use super::binary::Home;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::process::Command;

/// Runs a verb on a terminal: waits for each text to appear, then types the answer. All that was shown, and the exit
/// code.
pub fn typed(home: &Home, line: &[&str], answers: &[(&str, &str)]) -> (String, u32) {
    typed_to(&home.command(line), answers)
}

/// The same for a program.
pub fn typed_to(plain: &Command, answers: &[(&str, &str)]) -> (String, u32) {
    let size = PtySize {
        rows: 40,
        cols: 200,
        ..PtySize::default()
    };
    let pty = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(plain.get_program());
    command.args(plain.get_args());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        }
    }
    command.cwd(plain.get_current_dir().unwrap());
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut writer = pty.master.take_writer().unwrap();
    let mut shown = String::new();
    let mut seen = 0;
    for (question, answer) in answers {
        while !shown[seen..].contains(question) {
            assert!(read_more(&mut reader, &mut shown), "no {question:?} in {shown}");
        }
        seen = shown.len();
        writeln!(writer, "{answer}").unwrap();
    }
    while read_more(&mut reader, &mut shown) {}
    (shown, child.wait().unwrap().exit_code())
}

/// Whether there was more.
fn read_more(reader: &mut dyn Read, shown: &mut String) -> bool {
    let mut bytes = [0; 4096];
    // On Linux, reading a terminal whose other end is closed is an error.
    let read = reader.read(&mut bytes).unwrap_or(0);
    shown.push_str(&String::from_utf8_lossy(&bytes[..read]));
    read > 0
}
