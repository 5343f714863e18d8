//! SHA-256 as text: tells files and data sets apart.

use sha2::Digest as _;

/// What has been added so far.
#[derive(Default)]
pub struct Digest(sha2::Sha256);

impl Digest {
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// In hexadecimal, as `sha256sum` prints it.
    pub fn text(self) -> String {
        let digits = |byte: &u8| format!("{byte:02x}");
        self.0.finalize().iter().map(digits).collect()
    }
}

/// The digest of a file's bytes.
pub fn of(bytes: &[u8]) -> String {
    let mut digest = Digest::default();
    digest.add(bytes);
    digest.text()
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_the_published_one() {
        // FIPS 180-2, appendix B.1.
        let published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(super::of(b"abc"), published);
    }
}
