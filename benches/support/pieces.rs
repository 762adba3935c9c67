//! What comes from a terminal, read beside whoever waits for it.

use std::io::Read;
use std::sync::mpsc::{Receiver, channel};

/// Piece by piece, until it ends.
pub fn pieces(mut output: Box<dyn Read + Send>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 65536];
        while let Ok(length @ 1..) = output.read(&mut buffer) {
            if sender.send(buffer[..length].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}
