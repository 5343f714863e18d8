//! Files that are read and written.

use std::path::{Path, PathBuf};

use super::host::Host;
use crate::{Error, Result};

pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    )
}

/// Writes beside the target and renames, so that nothing half-written is left.
pub fn write(host: &Host, path: &Path, bytes: &[u8]) -> Result<()> {
    write_all(host, &[(path, bytes.to_vec())])
}

/// Writes all of these files or none: each is complete beside its target before the first is renamed.
pub fn write_all(host: &Host, files: &[(&Path, Vec<u8>)]) -> Result<()> {
    if host.keep_files(files) {
        return Ok(());
    }
    let part = |path: &Path| {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        PathBuf::from(part)
    };
    let failed = |path: &Path, e: &std::io::Error| {
        for (other, _) in files {
            let _ = std::fs::remove_file(part(other));
        }
        Error::new(format!("{}: {e}", path.display()))
    };
    for (k, (path, bytes)) in files.iter().enumerate() {
        if files[..k].iter().any(|(other, _)| other == path) {
            let twice = std::io::Error::other("is named for two files");
            return Err(failed(path, &twice));
        }
        // A directory lets itself be written beside, and not be replaced.
        let target = match path.is_dir() {
            true => Err(std::io::Error::other("is a directory")),
            false => Ok(part(path)),
        };
        let written = target.and_then(|target| std::fs::write(target, bytes));
        written.map_err(|e| failed(path, &e))?;
    }
    for (path, _) in files {
        std::fs::rename(part(path), path).map_err(|e| failed(path, &e))?;
    }
    Ok(())
}
