/* SPDX-License-Identifier: MIT */
#include "directory.h"
