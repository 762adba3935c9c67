//! The house of `butterfly`, a terminal console for federated Butterfly instances.
//!
//! Seven floors; a room imports only from floors below its own, and nothing makes a circle.
//!
//! | floor | rooms |
//! | --- | --- |
//! | 7 | `main`: hands over to the command line |
//! | 6 | [`tui`]: the console · [`cli`]: one small file per subcommand |
//! | 5 | [`workspace`]: everything an administrator can do, as plain async functions |
//! | 4 | [`instance`]: the hosted instance |
//! | 3 | [`vault`]: the console's own database · [`client`]: an instance seen from outside |
//! | 2 | [`handshake`]: joining two instances · [`protocol`]: what travels · [`store`]: what an instance remembers |
//! | 1 | [`seal`]: cryptography · [`command`]: the table of commands · [`model`]: the nouns |

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
