//! What a run is told: from the command line, and from the files of its data folder.

pub mod keys;
pub(crate) mod listen_address;
pub mod owner;
pub mod price_file;
pub mod private_file;
pub mod provider;
pub mod settings;
