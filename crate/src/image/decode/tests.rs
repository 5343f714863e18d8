use super::super::testing::noise;
use super::*;
use ::image::codecs::jpeg::JpegEncoder;
use ::image::{ExtendedColorType, ImageEncoder};

fn encode(format: ImageFormat, picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn dynamic(picture: &Image) -> DynamicImage {
    let (width, height) = (picture.width as u32, picture.height as u32);
    RgbImage::from_raw(width, height, picture.rgb.clone())
        .unwrap()
        .into()
}

fn jpeg(picture: &Image, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = (picture.width as u32, picture.height as u32);
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .write_image(&picture.rgb, width, height, ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

/// A gradient, which JPEG keeps well: red grows to the right, green downwards.
fn gradient(width: usize, height: usize) -> Image {
    let pixel = |i: usize| {
        let (x, y) = (i % width, i / width);
        [
            (x * 255 / width.max(2)) as u8,
            (y * 255 / height.max(2)) as u8,
            90,
        ]
    };
    Image {
        width,
        height,
        rgb: (0..width * height).flat_map(pixel).collect(),
    }
}

fn largest_difference(a: &Image, b: &Image) -> u8 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let pairs = a.rgb.iter().zip(&b.rgb);
    pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

#[test]
fn lossless_formats_give_their_pixels_back() {
    let picture = noise(19, 7);
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let bytes = encode(format, &dynamic(&picture));
        assert_eq!(Image::decode(&bytes).unwrap(), picture, "{format:?}");
    }
}

#[test]
fn jpeg_is_close() {
    let picture = gradient(48, 40);
    let decoded = Image::decode(&jpeg(&picture, 95)).unwrap();
    assert!(largest_difference(&picture, &decoded) < 12);
}

#[test]
fn grey_and_deep_samples_become_rgb() {
    let grey = ::image::GrayImage::from_raw(2, 1, vec![7, 200]).unwrap();
    let bytes = encode(ImageFormat::Png, &grey.into());
    assert_eq!(Image::decode(&bytes).unwrap().rgb, [7, 7, 7, 200, 200, 200]);
    let deep = ::image::ImageBuffer::<::image::Luma<u16>, _>::from_raw(2, 1, vec![0, 65_535]);
    let bytes = encode(ImageFormat::Png, &deep.unwrap().into());
    assert_eq!(Image::decode(&bytes).unwrap().rgb, [0, 0, 0, 255, 255, 255]);
}

#[test]
fn transparency_shows_white() {
    let samples = vec![0, 0, 0, 0, 10, 20, 30, 255, 0, 100, 200, 128];
    let picture = RgbaImage::from_raw(3, 1, samples).unwrap();
    let bytes = encode(ImageFormat::Png, &picture.into());
    assert_eq!(
        Image::decode(&bytes).unwrap().rgb,
        [255, 255, 255, 10, 20, 30, 127, 177, 227]
    );
}

/// A JPEG with an EXIF segment that holds the orientation alone.
fn oriented(picture: &Image, orientation: u8) -> Vec<u8> {
    let plain = jpeg(picture, 95);
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xff, 0xe1, 0, exif.len() as u8 + 2]);
    bytes.extend(exif);
    bytes.extend(&plain[2..]);
    bytes
}

#[test]
fn exif_orientation_is_honoured() {
    let picture = gradient(48, 24);
    let upright = Image::decode(&jpeg(&picture, 95)).unwrap();
    let as_is = Image::decode(&oriented(&picture, 1)).unwrap();
    assert_eq!(as_is, upright);
    // 6: the camera was held such that the picture must be turned by 90° clockwise.
    let turned = Image::decode(&oriented(&picture, 6)).unwrap();
    assert_eq!((turned.width, turned.height), (24, 48));
    let expected = Image::from_dynamic(dynamic(&upright).rotate90());
    assert_eq!(turned, expected);
    // An orientation that does not exist is ignored.
    assert_eq!(Image::decode(&oriented(&picture, 77)).unwrap(), upright);
}

#[test]
fn wrong_files_are_named_in_a_sentence() {
    let error = |bytes: &[u8]| Image::decode(bytes).unwrap_err();
    assert_eq!(error(b""), "The image file is empty.");
    assert_eq!(
        error(b"version https://git-lfs.github.com/spec/v1\n"),
        "This is not a PNG, JPEG or WebP image."
    );
    assert_eq!(
        error(b"GIF89a\x01\0\x01\0"),
        "This is a GIF image; only PNG, JPEG and WebP can be read."
    );
    let png = encode(ImageFormat::Png, &dynamic(&noise(20, 20)));
    let cut = error(&png[..png.len() / 2]);
    assert!(cut.starts_with("This PNG image is damaged"), "{cut}");
    assert!(error(b"\x89PNG\r\n\x1a\n").starts_with("This PNG image is damaged"));
}

/// A checksum that PNG wants at the end of a chunk.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc: u32, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    })
}

#[test]
fn huge_pictures_are_refused_by_their_header() {
    let mut png = encode(ImageFormat::Png, &dynamic(&noise(2, 2)));
    png[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(
        Image::decode(&png).unwrap_err(),
        "This PNG image has 60000 × 50000 pixels; at most 100 megapixels are accepted."
    );

    let mut jpeg = jpeg(&noise(8, 8), 90);
    let frame = jpeg.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].fill(0xff);
    let error = Image::decode(&jpeg).unwrap_err();
    assert!(error.contains("65535 × 65535"), "{error}");
}

#[test]
fn damaged_bytes_never_panic() {
    let picture = gradient(24, 17);
    let mut state = 7_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize
    };
    for bytes in [
        encode(ImageFormat::Png, &dynamic(&picture)),
        encode(ImageFormat::WebP, &dynamic(&picture)),
        oriented(&picture, 8),
    ] {
        for length in 0..bytes.len().min(400) {
            let _ = Image::decode(&bytes[..length]);
        }
        for _ in 0..600 {
            let mut damaged = bytes.clone();
            for _ in 0..1 + random() % 4 {
                let at = random() % damaged.len();
                damaged[at] = random() as u8;
            }
            match Image::decode(&damaged) {
                Ok(image) => assert_eq!(image.rgb.len(), image.width * image.height * 3),
                Err(error) => assert_eq!(error.lines().count(), 1, "{error}"),
            }
        }
    }
}

#[test]
fn grey_samples_must_fit_the_size() {
    let picture = Image::from_grey(2, 1, &[3, 4]).unwrap();
    assert_eq!(picture.rgb, [3, 3, 3, 4, 4, 4]);
    assert!(
        Image::from_grey(2, 2, &[0; 3])
            .unwrap_err()
            .contains("2 × 2")
    );
    assert!(Image::from_grey(usize::MAX, 2, &[]).is_err());
}
