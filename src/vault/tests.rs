//! The vault against wrong keys, swapped rows, loose files and a second console.
