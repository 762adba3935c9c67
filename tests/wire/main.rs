//! A hosted instance on loopback, driven over real sockets: what DESIGN 3 says of the wire, and the attacks on it.

mod attacks;
mod calls;
mod clocks;
mod credentials;
mod hosting;
mod legacy;
mod lives;
mod operating;
mod proxied;
mod rotations;
mod support;
mod tls;
