//! What a hosted instance answers: pointers, connections, circuits, relays, and who may have which of them.

mod access_keys;
mod audit;
mod chain_traces;
mod chains;
mod circuits;
mod connections;
mod credential_pointers;
mod cursors;
mod domains;
mod federations;
mod foreign;
mod grants;
mod graph;
mod hang_ups;
mod imports;
mod invoking;
mod meanwhile;
mod once;
mod pointers;
mod races;
mod refusals;
mod regrants;
mod relays;
mod running;
mod scopes;
mod strangers;
