//! Commands of the doctor.

use crate::command::Scope::{Doctor, InstancePage, Panes};
use crate::command::rows::shows;
use crate::command::{Command, Id};

pub(super) static COMMANDS: &[Command] = &[
    shows(
        Id::Doctor,
        "doctor",
        "doctor",
        "What is wrong with the home, its instances, this machine and this terminal, and the remedy",
        &[Panes, InstancePage],
        12,
        &["g h"],
    ),
    shows(
        Id::DoctorAgain,
        "look-again",
        "look again",
        "Look at everything once more",
        &[Doctor],
        90,
        &["r"],
    ),
    shows(
        Id::DoctorAll,
        "doctor-all",
        "show all",
        "Show what is as it should be too, or only what is not",
        &[Doctor],
        80,
        &["a"],
    ),
];
