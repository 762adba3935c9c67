//! The house of `butterfly`, a terminal console for federated Butterfly instances.
//!
//! A room uses only rooms on floors below its own, which `tests/house.rs` holds against the code; and the files of a room
//! make no circle.
//!
//! | floor | rooms |
//! | --- | --- |
//! | 9 | `main`: hands over to the command line |
//! | 8 | [`cli`]: one small file per subcommand |
//! | 7 | [`tui`]: the console |
//! | 6 | [`workspace`]: everything an administrator can do, as plain async functions |
//! | 5 | [`instance`]: the hosted instance · [`vault`]: the console's own database |
//! | 4 | [`client`]: an instance seen from outside · [`handshake`]: joining two instances |
//! | 3 | [`protocol`]: what travels · [`store`]: what an instance remembers |
//! | 2 | [`seal`]: cryptography |
//! | 1 | [`command`]: the table of commands · [`model`]: the nouns |

pub mod cli;
pub mod client;
pub mod command;
pub mod handshake;
pub mod instance;
pub mod model;
pub mod protocol;
pub mod seal;
pub mod store;
pub mod tui;
pub mod vault;
pub mod workspace;
