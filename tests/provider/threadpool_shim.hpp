// What threadpool_shim.cpp has besides oneDNN's functions.
#pragma once

#include "provider/ordered_pool.hpp"

#include "oneapi/dnnl/dnnl.h"

extern "C" dnnl_status_t dnnl_threadpool_interop_stream_create(
        dnnl_stream_t *stream, dnnl_engine_t engine, winodnn::testing::ordered_pool *pool);
