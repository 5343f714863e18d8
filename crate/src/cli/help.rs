//! What `prune --help` says.

pub const HELP: &str = "\
prune: probability-based channel pruning for ONNX image networks

usage:
  prune shrink    MODEL.onnx (--macs P | --params P | --max-loss P | --min-agreement P) [--images PATH] [--multiple N] [--blocks] [--preset NAME] -o OUT.onnx [--json]
  prune inspect   MODEL.onnx [--json]
  prune plan      MODEL.onnx [plan options] [--json]
  prune apply     MODEL.onnx [plan options] -o OUT.onnx [--json]
  prune run       MODEL.onnx IMAGE... [--preset NAME] [--labels NAME|FILE] [--top 5] [--json]
  prune eval      MODEL.onnx [--against OTHER.onnx] --data PATH [--limit N] [--shard K/N -o PART.json] [--preset NAME] [--json]
  prune merge     PART... [-o WHOLE] [--json]
  prune calibrate MODEL.onnx --data PATH [--images 64] [--shard K/N] [--preset NAME] -o STATS.json [--histograms] [--grams SUMS.safetensors]
  prune sweep     MODEL.onnx --criteria A,B --compensations X,Y --data PATH [--points 12] [--limit N] -o CURVE.csv
  prune repair    MODEL.onnx [plan options] --data PATH [--images 64] -o OUT.onnx [--json]

plan options:
  --criterion NAME      probability (default), recommended (dead channels, then influence), sigma, influence,
                        slimming, l1, fpgm, apoz, random, reconstruction (needs --data,
                        --grams or --compensation merge)
  --threshold T         for probability: channels with P >= T go (default 0.99)
  --share S             for the others: the fraction of removable channels that goes (default 0.25)
  --target-macs P       in place of either: remove P % of the MACs, as near as it gets
  --target-params P     the same for the parameters
  --max-loss P          the largest pruning that loses at most P points of accuracy on the images of --data [--limit N]
  --min-agreement P     the largest pruning that names the same class on at least P % of them
  --compensation NAME   what replaces removed channels: none, shift (default), mean, moments, merge
  --per WHAT            for a share: weigh scores per channel, mac, parameter, cost (default: own, which is
                        mac for influence and recommended, channel for the others)
  --seed N              of the random criterion
  --floor N             fewest channels a layer keeps (default 1)
  --multiple N          round kept channel counts up to a multiple of N (default 1)
  --blocks              (with reconstruction, shrink) whole residual branches may leave where that costs the output less
  --lock NODE           keep this layer's output channels; may be repeated
  --layer NODE:LIMITS   what one layer has to itself, as threshold=0.9,share=0.5,floor=8,multiple=8 (any of them);
                        NODE is a BatchNormalization or the layer that writes it; may be repeated
  --stats STATS.json    measured means and deviations, for files whose BatchNormalization was folded
  --grams SUMS.safetensors
                        (plan, apply, shrink) Gram matrices of images that other machines ran, for reconstruction and merge;
                        (calibrate) where to write them
  --histograms          (calibrate) also count how the values of each channel are spread
  --steps LIST          (repair) refit (default), recalibrate, or refit,recalibrate
  --shard K/N           (eval, calibrate) only part K of N, 1 <= K <= N; -o keeps it for `prune merge`
  --twin TWIN.onnx      (apply) also write the masked twin the result is checked against

how images are read, for every command that takes --preset:
  --preset NAME         imagenet, imagenet-tf, cifar10, fashion-mnist, [0,1] or [-1,1]; found by trying where the images
                        have labels, else guessed from the input shape
  --mean, --std R,G,B   in place of the preset's, in units of the range; one number counts for all three
  --range LOW..HIGH     what black and white become before mean and deviation (0..1); alone, neither is then used
  --order rgb|bgr       order of the channels
  --resize N --crop N   the shorter side, and the middle that is cut out of it (256 and 224 for imagenet)
  --fit HOW             crop, stretch or letterbox
  --interpolation HOW   bilinear or bicubic

Data: a folder, .zip or .tar.gz with one folder per class, a flat folder of images, a CSV of files and labels, IDX files,
CIFAR binaries.
";
