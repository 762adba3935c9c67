//! Moving over lines.

use crate::command::Scope::{Moving, Reading};
use crate::command::rows::shows;
use crate::command::{Command, Id};

pub(super) static COMMANDS: &[Command] = &[
    shows(
        Id::Down,
        "down",
        "down",
        "One line down",
        &[Moving],
        0,
        &["j", "down"],
    ),
    shows(Id::Up, "up", "up", "One line up", &[Moving], 0, &["k", "up"]),
    shows(
        Id::HalfPageDown,
        "half-page-down",
        "half page down",
        "Half a page down",
        &[Moving],
        0,
        &["ctrl-d"],
    ),
    shows(
        Id::HalfPageUp,
        "half-page-up",
        "half page up",
        "Half a page up",
        &[Moving],
        0,
        &["ctrl-u"],
    ),
    shows(
        Id::PageDown,
        "page-down",
        "page down",
        "A page down",
        &[Moving],
        0,
        &["pgdn", "ctrl-f"],
    )
    .also(&[(Reading, "space")]),
    shows(
        Id::PageUp,
        "page-up",
        "page up",
        "A page up",
        &[Moving],
        0,
        &["pgup", "ctrl-b"],
    ),
    shows(
        Id::Top,
        "top",
        "top",
        "To the first line",
        &[Moving],
        0,
        &["g g", "home"],
    ),
    shows(
        Id::Bottom,
        "bottom",
        "bottom",
        "To the last line",
        &[Moving],
        0,
        &["G", "end"],
    ),
];
