//! The handshake between two homes, as two administrators do it: real instances, real HTTP, real files, every way
//! of handing over, from both sides; what goes wrong on the way; and the life of a credential afterwards.

mod afterwards;
mod attacks;
mod delays;
mod proxy;
mod support;
mod ways;
