/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
import io.trino.spi.ErrorCode;
import io.trino.spi.ErrorType;
import io.trino.spi.StandardErrorCode;
import io.trino.spi.TrinoException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FreshetErrorsTest {
  @ParameterizedTest
  @EnumSource
  void codesAreOfARangeOfTheirOwnAndTypesFollowRemedies(FreshetErrorCode code) {
    ErrorCode error = FreshetErrors.code(code);
    assertThat(error.getCode()).isEqualTo(FreshetErrors.FIRST_CODE + code.number());
    assertThat(error.getName()).isEqualTo("FRESHET_" + code.name());
    assertThat(error.getType() == ErrorType.USER_ERROR)
        .isEqualTo(code.remedy() == Remedy.FIX_REQUEST);
    assertThat(Arrays.stream(StandardErrorCode.values()))
        .noneMatch(standard -> standard.toErrorCode().getCode() == error.getCode());
  }

  @Test
  void theServersMessageIsPassedOn() {
    FreshetException failure =
        new FreshetException(FreshetErrorCode.SNAPSHOT_EXPIRED, "Snapshot 7 has expired");
    assertThatThrownBy(() ->
            FreshetErrors.run(() -> {
              throw failure;
            }))
        .isInstanceOf(TrinoException.class)
        .hasMessage("Snapshot 7 has expired")
        .hasCause(failure);
  }
}
