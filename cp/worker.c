/* SPDX-License-Identifier: MIT */
#include "worker.h"
