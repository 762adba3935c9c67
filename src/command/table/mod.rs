//! The table itself.
//!
//! No key that people press by habit elsewhere does harm here: `ctrl-d` and `ctrl-u` move, `ctrl-b` (the
//! prefix of tmux) and `ctrl-f` turn pages, `d` does nothing; whatever destroys is on `x` or `S`, and asks.

mod audit;
mod credentials;
mod doctor;
mod domains;
mod everywhere;
mod first;
mod inspecting;
mod instances;
mod invokes;
mod map;
mod moving;
mod panes;
mod pointers;

use super::Command;

static PARTS: [&[Command]; 13] = [
    first::COMMANDS,
    instances::COMMANDS,
    pointers::COMMANDS,
    credentials::COMMANDS,
    invokes::COMMANDS,
    map::COMMANDS,
    domains::COMMANDS,
    audit::COMMANDS,
    doctor::COMMANDS,
    inspecting::COMMANDS,
    panes::COMMANDS,
    moving::COMMANDS,
    everywhere::COMMANDS,
];

/// Everything that can be done, in the order of the help.
pub fn commands() -> impl Iterator<Item = &'static Command> {
    PARTS.into_iter().flatten()
}
