//! What detectors found, from the output layouts that are known: pairs of scores and boxes as SSD and UltraFace have them, and
//! the three strides of YuNet. Any other output gives nothing, never a guess.

use ndarray::ArrayD;

use crate::report::Found;

/// UltraFace's and YuNet's own demonstrations show what is surer than this, and drop what overlaps more.
const SURE: f32 = 0.6;
const OVERLAP: f64 = 0.3;
/// More on one picture cannot be told apart.
const MOST: usize = 100;
/// Coordinates beyond this are pixels; fractions leave the picture by a little at most.
const FRACTION: f32 = 4.0;

/// The boxes, surest first, in fractions of what the network sees, whose `size` is width and height in pixels; `None` for
/// outputs of no known layout.
pub fn found(
    names: &[String],
    outputs: &[ArrayD<f32>],
    size: (usize, usize),
) -> Option<Vec<Found>> {
    let all = strides(names, outputs, size).or_else(|| pair(outputs, size))?;
    Some(apart(all))
}

/// A list of `last` numbers each.
fn rows(of: &ArrayD<f32>, last: usize) -> Option<Vec<&[f32]>> {
    let shape = of.shape();
    if shape.last() != Some(&last) || of.len() < last {
        return None;
    }
    Some(of.as_slice()?.chunks_exact(last).collect())
}

/// Scores [1, N, classes] with the background first, and corners [1, N, 4].
fn pair(outputs: &[ArrayD<f32>], (width, height): (usize, usize)) -> Option<Vec<Found>> {
    let [one, other] = outputs else { return None };
    let of = |a: &ArrayD<f32>| (a.ndim() == 3 && a.shape()[0] == 1).then(|| a.shape()[2]);
    let (scores, boxes) = match (of(one)?, of(other)?) {
        (_, 4) => (one, other),
        (4, _) => (other, one),
        _ => return None,
    };
    let classes = scores.shape()[2];
    let (scores, boxes) = (rows(scores, classes)?, rows(boxes, 4)?);
    if scores.len() != boxes.len() || classes < 2 {
        return None;
    }
    let pixels = boxes.iter().any(|b| b.iter().any(|v| v.abs() > FRACTION));
    let (w, h) = match pixels {
        true => (width as f64, height as f64),
        false => (1.0, 1.0),
    };
    let mut all = Vec::new();
    for (scores, corners) in scores.iter().zip(&boxes) {
        let best = (1..classes).max_by(|a, b| scores[*a].total_cmp(&scores[*b]))?;
        // Probabilities only: of logits no threshold can be known.
        if scores.iter().any(|s| !(-0.01..=1.01).contains(s)) {
            return None;
        }
        if scores[best] >= SURE {
            all.push(Found {
                left: f64::from(corners[0]) / w,
                top: f64::from(corners[1]) / h,
                right: f64::from(corners[2]) / w,
                bottom: f64::from(corners[3]) / h,
                score: f64::from(scores[best]),
                class: best as u32,
            });
        }
    }
    Some(all)
}

/// `cls_S`, `obj_S` and `bbox_S` for each stride S.
fn strides(
    names: &[String],
    outputs: &[ArrayD<f32>],
    (width, height): (usize, usize),
) -> Option<Vec<Found>> {
    let output = |name: String| Some(&outputs[names.iter().position(|n| *n == name)?]);
    let mut all = Vec::new();
    for stride in [8usize, 16, 32] {
        let class = rows(output(format!("cls_{stride}"))?, 1)?;
        let object = rows(output(format!("obj_{stride}"))?, 1)?;
        let boxes = rows(output(format!("bbox_{stride}"))?, 4)?;
        let columns = width.div_ceil(stride).max(1);
        if class.len() != boxes.len() || object.len() != boxes.len() {
            return None;
        }
        for (k, b) in boxes.iter().enumerate() {
            let score = (class[k][0].clamp(0.0, 1.0) * object[k][0].clamp(0.0, 1.0)).sqrt();
            if score < SURE {
                continue;
            }
            let step = stride as f64;
            let x = ((k % columns) as f64 + f64::from(b[0])) * step / width as f64;
            let y = ((k / columns) as f64 + f64::from(b[1])) * step / height as f64;
            let half_width = 0.5 * f64::from(b[2]).exp() * step / width as f64;
            let half_height = 0.5 * f64::from(b[3]).exp() * step / height as f64;
            all.push(Found {
                left: x - half_width,
                top: y - half_height,
                right: x + half_width,
                bottom: y + half_height,
                score: f64::from(score),
                class: 1,
            });
        }
    }
    Some(all)
}

/// The surest of those that overlap.
fn apart(mut all: Vec<Found>) -> Vec<Found> {
    all.retain(|b| b.right > b.left && b.bottom > b.top);
    all.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Found> = Vec::new();
    for one in all {
        let near = |other: &Found| other.class == one.class && overlap(other, &one) > OVERLAP;
        if kept.len() < MOST && !kept.iter().any(near) {
            kept.push(one);
        }
    }
    kept
}

/// Intersection over union.
fn overlap(a: &Found, b: &Found) -> f64 {
    let width = (a.right.min(b.right) - a.left.max(b.left)).max(0.0);
    let height = (a.bottom.min(b.bottom) - a.top.max(b.top)).max(0.0);
    let area = |it: &Found| (it.right - it.left) * (it.bottom - it.top);
    let shared = width * height;
    shared / (area(a) + area(b) - shared).max(1e-12)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(shape: &[usize], values: &[f32]) -> ArrayD<f32> {
        ArrayD::from_shape_vec(shape, values.to_vec()).unwrap()
    }

    #[test]
    fn pairs_of_scores_and_corners_are_read_and_overlaps_dropped() {
        let scores = array(&[1, 4, 2], &[0.1, 0.9, 0.05, 0.95, 0.2, 0.8, 0.9, 0.1]);
        let corners = [
            [0.1, 0.1, 0.5, 0.5],
            [0.12, 0.1, 0.5, 0.5],
            [0.6, 0.6, 0.9, 0.8],
            [0.0, 0.0, 1.0, 1.0],
        ];
        let boxes = array(&[1, 4, 4], &corners.concat());
        let names = ["scores".to_string(), "boxes".to_string()];
        let all = found(&names, &[scores.clone(), boxes.clone()], (320, 240)).unwrap();
        let scores_of: Vec<f32> = all.iter().map(|b| b.score as f32).collect();
        assert_eq!(scores_of, [0.95, 0.8]);
        assert!((all[1].right - 0.9).abs() < 1e-6);
        let pixels = boxes.mapv(|v| v * 320.0);
        let again = found(&names, &[pixels, scores.clone()], (320, 320)).unwrap();
        assert!((again[1].right - 0.9).abs() < 1e-6);
        let logits = scores.mapv(|v| 10.0 * v);
        assert!(found(&names, &[logits, boxes], (320, 240)).is_none());
    }

    #[test]
    fn cells_of_three_strides_are_read() {
        let mut names = Vec::new();
        let mut outputs = Vec::new();
        for stride in [8, 16, 32] {
            let cells = (64 / stride) * (32 / stride);
            let mut sure = vec![0.0; cells];
            // The second cell of the second row of the finest stride.
            if stride == 8 {
                sure[9] = 1.0;
            }
            for (name, last) in [("cls", 1), ("obj", 1), ("bbox", 4)] {
                names.push(format!("{name}_{stride}"));
                let values = match last {
                    1 => sure.clone(),
                    _ => vec![0.0; 4 * cells],
                };
                outputs.push(array(&[1, cells, last], &values));
            }
        }
        let all = found(&names, &outputs, (64, 32)).unwrap();
        assert_eq!(all.len(), 1);
        let centre = 0.5 * (all[0].left + all[0].right);
        assert!((centre - 8.0 / 64.0).abs() < 1e-9, "{all:?}");
        assert!((all[0].bottom - all[0].top - 8.0 / 32.0).abs() < 1e-9);
        assert!(found(&names[..2], &outputs[..2], (64, 32)).is_none());
    }
}
