use super::super::testing::{hash, noise};
use super::*;

fn whole(source: usize, size: usize) -> Axis {
    Axis {
        source,
        size,
        start: 0,
        length: size,
    }
}

/// Hashes of `Image.resize((w, h), BILINEAR)` of the same noise in Pillow 11.3. (Newer ones swap
/// the two passes for some shapes, which moves samples by one level at most.)
#[test]
fn resizing_equals_pillow() {
    for ((w, h), (tw, th), expected) in [
        ((64, 48), (32, 32), 0x07b7_cdc3_5534_40b0),
        ((37, 29), (50, 41), 0x315b_45cb_7f0a_4bef),
        ((29, 37), (224, 10), 0x7589_ea47_383a_2df0),
        ((500, 3), (7, 3), 0x0836_9861_77e9_60ec),
        ((40, 40), (40, 13), 0x360f_b84e_df74_3d63),
        ((1, 1), (5, 4), 0x79eb_148c_1c74_4f41),
        ((640, 480), (28, 28), 0xc3d4_7397_9a4a_d115),
    ] {
        let resized = resample(
            &noise(w, h).rgb,
            3,
            Interpolation::Bilinear,
            whole(w, tw),
            whole(h, th),
        );
        assert_eq!(resized.len(), tw * th * 3);
        assert_eq!(hash(&resized), expected, "{w} × {h} to {tw} × {th}");
    }
}

/// The same with BICUBIC in Pillow 13.0.
#[test]
fn bicubic_resizing_equals_pillow() {
    for ((w, h), (tw, th), expected) in [
        ((64, 48), (32, 32), 0x56d0_c839_7a34_9acf),
        ((37, 29), (50, 41), 0x2e98_08ff_88cd_a8c5),
        ((40, 40), (40, 13), 0x81de_e89b_3337_e08d),
        ((1, 1), (5, 4), 0x79eb_148c_1c74_4f41),
        ((640, 480), (28, 28), 0xa13b_15c1_c652_1d44),
    ] {
        let (x, y) = (whole(w, tw), whole(h, th));
        let resized = resample(&noise(w, h).rgb, 3, Interpolation::Bicubic, x, y);
        assert_eq!(hash(&resized), expected, "{w} × {h} to {tw} × {th}");
    }
}

#[test]
fn a_window_is_the_same_part_of_the_whole() {
    let picture = noise(50, 40);
    let full = resample(
        &picture.rgb,
        3,
        Interpolation::Bilinear,
        whole(50, 33),
        whole(40, 70),
    );
    let x = Axis {
        start: 5,
        length: 20,
        ..whole(50, 33)
    };
    let y = Axis {
        start: 31,
        length: 17,
        ..whole(40, 70)
    };
    let part = resample(&picture.rgb, 3, Interpolation::Bilinear, x, y);
    let expected: Vec<u8> = (31..48)
        .flat_map(|row| &full[(row * 33 + 5) * 3..(row * 33 + 25) * 3])
        .copied()
        .collect();
    assert_eq!(part, expected);
}

#[test]
fn flat_pictures_stay_flat() {
    for value in [0, 1, 127, 254, 255] {
        let resized = [Interpolation::Bilinear, Interpolation::Bicubic]
            .map(|way| resample(&[value; 31 * 17], 1, way, whole(31, 64), whole(17, 5)));
        let mut all = resized.iter().flatten();
        assert!(all.all(|&v| v == value), "{value}");
    }
}
