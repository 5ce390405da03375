#pragma OPENCL EXTENSION cl_khr_fp64 : enable  
#pragma OPENCL EXTENSION cl_khr_fp16 : enable  
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void softmaxRows(__global long *_kernel_context, __constant uchar *_constant_region, __local uchar *_local_region, __global int *_atomics, __global uchar *scores, __global uchar *maximum, __global uchar *factor, __global uchar *dims)
{
  bool b_17; 
  float f_28, f_27, f_46, f_45, f_48, f_47, f_36, f_35, f_38, f_55; 
  ulong ul_2, ul_34, ul_1, ul_3, ul_6, ul_54, ul_53, ul_8, ul_10, ul_26, ul_44, ul_0; 
  int i_5, i_37, i_4, i_9, i_7, i_39, i_40, i_13, i_14, i_11, i_12, i_49, i_18, i_15, i_16, i_21, i_22, i_19, i_20, i_57, i_56, i_29, i_30; 
  long l_23, l_24, l_25, l_41, l_42, l_43, l_31, l_32, l_33, l_50, l_51, l_52; 

  // BLOCK 0
  ul_0  =  (ulong) scores;
  ul_1  =  (ulong) maximum;
  ul_2  =  (ulong) factor;
  ul_3  =  (ulong) dims;
  i_4  =  get_global_size(0);
  i_5  =  get_global_size(1);
  ul_6  =  ul_3 + 32L;
  i_7  =  get_global_id(0);
  ul_8  =  ul_3 + 52L;
  i_9  =  get_global_id(1);
  ul_10  =  ul_3 + 16L;
  // BLOCK 1 MERGES [0 14 ]
  i_11  =  i_9;
  for(;;)
  {
    i_12  =  *((__global int *) ul_10);
    if(!(i_11 < i_12))
    {
      break;
    }
    // BLOCK 2
    // BLOCK 3 MERGES [2 13 ]
    i_13  =  i_7;
    for(;;)
    {
      i_14  =  *((__global int *) ul_8);
      if(!(i_13 < i_14))
      {
        break;
      }
      // BLOCK 4
      i_15  =  *((__global int *) ul_8);
      i_16  =  *((__global int *) ul_6);
      b_17  =  i_16 == 1;
      if(b_17)
      {
        // BLOCK 5
        i_18  =  i_13 + 1;
        i_19  =  i_18;
      }  // B4
      else
      {
        // BLOCK 6
        i_19  =  i_15;
      }  // B4
      // BLOCK 7 MERGES [5 6 ]
      i_20  =  i_11 * i_15;
      i_21  =  i_20 + i_13;
      i_22  =  i_21 * i_15;
      l_23  =  (long) i_22;
      l_24  =  l_23 + 4L;
      l_25  =  l_24 << 2;
      ul_26  =  ul_0 + l_25;
      f_27  =  *((__global float *) ul_26);
      // BLOCK 8 MERGES [7 9 ]
      f_28  =  f_27;
      i_29  =  1;
      for(;i_29 < i_19;)
      {
        // BLOCK 9
        i_30  =  i_22 + i_29;
        l_31  =  (long) i_30;
        l_32  =  l_31 + 4L;
        l_33  =  l_32 << 2;
        ul_34  =  ul_0 + l_33;
        f_35  =  *((__global float *) ul_34);
        f_36  =  fmax(f_28, f_35);
        i_37  =  i_29 + 1;
        f_28  =  f_36;
        i_29  =  i_37;
      }  // B8
      // BLOCK 10
      // BLOCK 11 MERGES [10 12 ]
      f_38  =  0.0F;
      i_39  =  0;
      for(;i_39 < i_19;)
      {
        // BLOCK 12
        i_40  =  i_22 + i_39;
        l_41  =  (long) i_40;
        l_42  =  l_41 + 4L;
        l_43  =  l_42 << 2;
        ul_44  =  ul_0 + l_43;
        f_45  =  *((__global float *) ul_44);
        f_46  =  f_45 - f_28;
        f_47  =  exp(f_46);
        f_48  =  f_38 + f_47;
        i_49  =  i_39 + 1;
        f_38  =  f_48;
        i_39  =  i_49;
      }  // B11
      // BLOCK 13
      l_50  =  (long) i_21;
      l_51  =  l_50 + 4L;
      l_52  =  l_51 << 2;
      ul_53  =  ul_1 + l_52;
      *((__global float *) ul_53)  =  f_28;
      ul_54  =  ul_2 + l_52;
      f_55  =  1.0F / f_38;
      *((__global float *) ul_54)  =  f_55;
      i_56  =  i_4 + i_13;
      i_13  =  i_56;
    }  // B3
    // BLOCK 14
    i_57  =  i_5 + i_11;
    i_11  =  i_57;
  }  // B1
  // BLOCK 15
  return;
}  //  kernel
