use super::super::testing::{hash, noise};
use super::*;

fn target(shape: [usize; 4]) -> Target {
    Target::from_shape(&shape.map(Some)).unwrap()
}

fn preset(name: &str) -> Preset {
    Preset::by_name(name).unwrap()
}

/// The 8-bit samples behind a tensor of preset `[0,1]`, or of that scaling.
fn levels(tensor: &ArrayD<f32>) -> Vec<u8> {
    tensor.iter().map(|v| (v * 255.0).round() as u8).collect()
}

/// Preset with the framing of another and no scaling.
fn unscaled(framing_of: &str) -> Preset {
    Preset {
        framing: preset(framing_of).framing,
        ..preset("[0,1]")
    }
}

#[test]
fn the_exact_size_passes_through() {
    let picture = noise(32, 32);
    for name in Preset::names() {
        let preset = preset(name);
        let tensor = prepare(&picture, &preset, &target([1, 3, 32, 32]));
        assert_eq!(tensor.shape(), [1, 3, 32, 32]);
        for y in 0..32 {
            for x in 0..32 {
                for c in 0..3 {
                    let level = f32::from(picture.rgb[(y * 32 + x) * 3 + c]);
                    let expected = (level / 255.0 - preset.mean[c]) / preset.std[c];
                    assert_eq!(tensor[[0, c, y, x]], expected, "{name}");
                }
            }
        }
    }
}

#[test]
fn layouts_and_blue_first_only_move_values() {
    let picture = noise(8, 6);
    let mut preset = preset("imagenet");
    let planes = prepare(&picture, &preset, &target([1, 3, 6, 8]));
    let pixels = prepare(&picture, &preset, &target([1, 6, 8, 3]));
    assert_eq!(pixels.shape(), [1, 6, 8, 3]);
    assert_eq!(
        planes,
        pixels.view().permuted_axes(vec![0, 3, 1, 2]).to_owned()
    );
    preset.bgr = true;
    let mut blue_first = prepare(&picture, &preset, &target([1, 3, 6, 8]));
    blue_first.invert_axis(ndarray::Axis(1));
    assert_eq!(planes, blue_first);
}

/// Hashes of torchvision's `Resize` and `CenterCrop` arithmetic carried out by Pillow 11.3.
#[test]
fn imagenet_framing_equals_resize_and_centre_crop() {
    for ((w, h), side, expected) in [
        ((300, 200), 224, 0xfbf5_6613_b99d_ab62),
        ((200, 333), 32, 0x6cfb_08d0_903b_7e7e),
    ] {
        let tensor = prepare(
            &noise(w, h),
            &unscaled("imagenet"),
            &target([1, side, side, 3]),
        );
        assert_eq!(hash(&levels(&tensor)), expected, "{w} × {h} to {side}");
    }
}

#[test]
fn grey_targets_get_the_luma_of_pillow() {
    let tensor = prepare(&noise(50, 30), &preset("[0,1]"), &target([1, 1, 30, 50]));
    assert_eq!(hash(&levels(&tensor)), 0xe26c_f09c_d88a_9ca8);
    let grey: Vec<u8> = (0..=255).collect();
    let picture = Image::from_grey(16, 16, &grey).unwrap();
    let tensor = prepare(&picture, &preset("[0,1]"), &target([1, 16, 16, 1]));
    assert_eq!(levels(&tensor), grey);
    // Zero ink is (0 − 0.2860) / 0.3530 for Fashion-MNIST.
    let tensor = prepare(&picture, &preset("fashion-mnist"), &target([1, 1, 16, 16]));
    assert_eq!(tensor[[0, 0, 0, 0]], (0.0 - 0.2860) / 0.3530);
}

#[test]
fn crop_then_resize_keeps_the_aspect_and_the_centre() {
    // A 90 × 30 picture whose middle third is white.
    let mut picture = Image::from_grey(90, 30, &[0; 2700]).unwrap();
    for (index, pixel) in picture.rgb.chunks_exact_mut(3).enumerate() {
        if (30..60).contains(&(index % 90)) {
            pixel.fill(255);
        }
    }
    let square = target([1, 3, 10, 10]);
    let cropped = prepare(&picture, &unscaled("cifar10"), &square);
    assert!(cropped.iter().all(|&v| v == 1.0));
    let stretched = prepare(&picture, &preset("[0,1]"), &square);
    assert_eq!(stretched[[0, 0, 5, 0]], 0.0);
    assert_eq!(stretched[[0, 0, 5, 5]], 1.0);
}

#[test]
fn a_letterbox_shows_all_of_the_picture_in_grey() {
    // 40 × 20 white pixels in a square of 10: ten by five, with grey above and below.
    let picture = Image::from_grey(40, 20, &[255; 800]).unwrap();
    let letterbox = Preset::parse("[0,1];fit=letterbox", 10).unwrap();
    let tensor = prepare(&picture, &letterbox, &target([1, 1, 10, 10]));
    let rows: Vec<u8> = levels(&tensor).into_iter().step_by(10).collect();
    assert_eq!(rows, [114, 114, 255, 255, 255, 255, 255, 114, 114, 114]);
    for (w, h) in [(1, 1), (5000, 1), (1, 5000), (3, 2)] {
        for shape in [[1, 3, 24, 24], [1, 1, 7, 300], [1, 1, 1, 1]] {
            let tensor = prepare(&noise(w, h), &letterbox, &target(shape));
            assert!(tensor.iter().all(|v| v.is_finite()), "{w} × {h}");
        }
    }
}

#[test]
fn extreme_shapes_stay_small_and_finite() {
    for (w, h) in [(1, 1), (5000, 1), (1, 5000), (3, 2)] {
        for name in Preset::names() {
            for shape in [[1, 3, 224, 224], [1, 1, 7, 300], [1, 1, 1, 1]] {
                let tensor = prepare(&noise(w, h), &preset(name), &target(shape));
                assert_eq!(tensor.shape(), shape);
                assert!(tensor.iter().all(|v| v.is_finite()), "{name} {w} × {h}");
            }
        }
    }
}

#[test]
fn a_malformed_image_gives_zeros() {
    let broken = Image {
        width: 4,
        height: 4,
        rgb: vec![1; 7],
    };
    let tensor = prepare(&broken, &preset("[-1,1]"), &target([1, 3, 2, 2]));
    assert!(tensor.iter().all(|&v| v == 0.0));
}
