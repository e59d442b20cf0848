"""One network of PaddlePaddle's in one process, by its inference library, measured.
paddle_process.py NETWORK THREADS SECONDS FOLDER, where paddle_networks.py has saved it"""

import sys

import measured
import paddle_networks as networks
from paddle import inference


def predictor_of(model, threads):
    config = inference.Config(f"{model}.pdmodel", f"{model}.pdiparams")
    config.disable_gpu()
    config.disable_glog_info()
    config.enable_new_ir(False) # as in paddle_networks.py
    config.enable_onednn()
    config.enable_onednn_int8()
    config.set_cpu_math_library_num_threads(threads)
    return inference.create_predictor(config)


def main(name, threads, seconds, folder):
    predictor = predictor_of(networks.int8_model_in(folder), int(threads))
    source = predictor.get_input_handle(predictor.get_input_names()[0])
    result = predictor.get_output_handle(predictor.get_output_names()[0])

    def run(batch):
        source.copy_from_cpu(batch)
        predictor.run()
        return result.copy_to_cpu()

    measured.measure(run, networks.pictures(name, measured.PICTURES, 3), seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
